//! A running average of the weights. It generalises better to other people than the weights of the last step.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use crate::error::{Error, Result};

/// The average of all weights and running statistics, in the order in which Burn visits a module.
#[derive(Clone, Debug)]
pub(super) struct Average {
    /// The values of each tensor.
    pub values: Vec<Vec<f32>>,
    /// Steps that are averaged.
    pub steps: usize,
    decay: f32,
}

impl Average {
    /// Starts at the weights of `model`, a module without autodiff.
    ///
    /// # Errors
    /// A device error.
    pub fn new(model: &impl Module, decay: f32) -> Result<Self> {
        let mut average = Self { values: Vec::new(), steps: 0, decay };
        average.blend(model, 0.0)?;
        Ok(average)
    }

    /// Adds the weights after a step.
    ///
    /// # Errors
    /// A device error.
    pub fn add(&mut self, model: &impl Module) -> Result<()> {
        self.steps += 1;
        // Decays faster in the first steps, so that the random start is forgotten.
        let decay = self.decay.min(self.steps as f32 / (self.steps as f32 + 10.0));
        self.blend(model, decay)
    }

    fn blend(&mut self, model: &impl Module, decay: f32) -> Result<()> {
        let mut blend = Blend { values: &mut self.values, next: 0, decay, failure: None };
        model.visit(&mut blend);
        blend.failure.map_or(Ok(()), Err)
    }

    /// The module with the averages as its weights.
    pub fn fill<M: Module>(&self, model: M) -> M {
        model.map(&mut Fill(self.values.iter()))
    }
}

struct Blend<'a> {
    values: &'a mut Vec<Vec<f32>>,
    next: usize,
    decay: f32,
    /// The first error; later tensors are skipped.
    failure: Option<Error>,
}

impl ModuleVisitor for Blend<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.failure.is_some() {
            return;
        }
        let data = match read(param.val()) {
            Ok(data) => data,
            Err(e) => {
                self.failure = Some(e);
                return;
            }
        };
        let decay = self.decay;
        match self.values.get_mut(self.next) {
            Some(old) => old.iter_mut().zip(&data).for_each(|(a, b)| *a = *a * decay + b * (1.0 - decay)),
            None => self.values.push(data),
        }
        self.next += 1;
    }
}

fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.try_into_data().map_err(|e| Error::device(e.to_string()))?;
    data.try_into_vec().map_err(|e| Error::device(format!("{e:?}")))
}

struct Fill<'a>(std::slice::Iter<'a, Vec<f32>>);

impl ModuleMapper for Fill<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(values) = self.0.next() else { return param };
        param.map(|old| {
            let shape = old.dims();
            Tensor::from_data(TensorData::new(values.clone(), shape), &old.device())
        })
    }
}
