//! Lists of the published names and shapes of a network's arrays.

/// Names and shapes, in the published order.
#[derive(Default)]
pub(super) struct Keys(pub Vec<(String, Vec<usize>)>);

impl Keys {
    /// Adds one array.
    pub fn array(&mut self, key: impl Into<String>, shape: &[usize]) {
        self.0.push((key.into(), shape.to_vec()));
    }

    /// Adds a normalisation of `n` channels.
    pub fn norm(&mut self, key: &str, n: usize) {
        for name in ["weight", "bias", "running_mean", "running_var"] {
            self.array(format!("{key}.{name}"), &[n]);
        }
    }

    /// Adds a convolution over `taps` frames, from C to C' channels.
    pub fn conv(&mut self, key: &str, [c, out]: [usize; 2], taps: usize) {
        self.array(format!("{key}.weight"), &[out, c, taps, 1]);
        self.array(format!("{key}.bias"), &[out]);
    }
}
