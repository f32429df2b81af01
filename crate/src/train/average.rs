//! A running average of the weights: smoother, and better on clips of other people, than the last step's.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

/// The average of all weights and running statistics, in the order in which a module shows them.
#[derive(Clone, Debug)]
pub(super) struct Average {
    /// One for each tensor.
    pub values: Vec<Vec<f32>>,
    /// Steps that went in.
    pub steps: usize,
    decay: f32,
}

impl Average {
    /// Starts at the weights of `model`, a module off the training device.
    pub fn new(model: &impl Module, decay: f32) -> Self {
        let mut average = Self { values: Vec::new(), steps: 0, decay };
        model.visit(&mut Blend { values: &mut average.values, next: 0, decay: 0.0 });
        average
    }

    /// Takes in the weights after a step.
    pub fn add(&mut self, model: &impl Module) {
        self.steps += 1;
        // Young averages follow faster, so that the random start does not linger.
        let decay = self.decay.min(self.steps as f32 / (self.steps as f32 + 10.0));
        model.visit(&mut Blend { values: &mut self.values, next: 0, decay });
    }

    /// The module with the average as its weights.
    pub fn fill<M: Module>(&self, model: M) -> M {
        model.map(&mut Fill(self.values.iter()))
    }
}

struct Blend<'a> {
    values: &'a mut Vec<Vec<f32>>,
    next: usize,
    decay: f32,
}

impl ModuleVisitor for Blend<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data().try_into_vec::<f32>().unwrap_or_default();
        let decay = self.decay;
        match self.values.get_mut(self.next) {
            Some(old) => old.iter_mut().zip(&data).for_each(|(a, b)| *a = *a * decay + b * (1.0 - decay)),
            None => self.values.push(data),
        }
        self.next += 1;
    }
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
