//! ST-GCN against the golden case: the results of an independent PyTorch program for the same weights and clip.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use ciasa::model::stgcn::{StGcn, StGcnConfig};
use ciasa::skeleton::LayoutId;

use crate::support::{golden, portable_stgcn, relative_l2};

/// The class of the golden cross-entropy.
const TARGET: usize = 7;
const SHAPE: [usize; 5] = [1, 3, 64, 25, 1];

#[test]
fn logits_and_input_gradient() {
    let case = golden("stgcn_case_T64.safetensors");
    let config = StGcnConfig::published(LayoutId::Ntu, 60);
    let device = Device::flex();
    let network = StGcn::new(&config, &portable_stgcn(&config), &device).unwrap();

    let x0 = TensorData::new(case.get("x0", &SHAPE).unwrap().to_vec(), SHAPE);
    let x = Tensor::<5>::from_data(x0, &device.autodiff()).require_grad();
    let logits = network.forward(x.clone());
    let found = logits.to_data().try_to_vec::<f32>().unwrap();
    let error = relative_l2(&found, case.get("logits_ref", &[1, 60]).unwrap());
    println!("logits: relative L2 {error:.2e}");
    assert!(error < 1e-5);

    let loss = -log_softmax(logits, 1).narrow(1, TARGET, 1).sum();
    let mut grads = loss.backward();
    let grad = x.grad_remove(&mut grads).unwrap().into_data().try_to_vec::<f32>().unwrap();
    let error = relative_l2(&grad, case.get("grad_ce_ref", &SHAPE).unwrap());
    println!("gradient: relative L2 {error:.2e}");
    assert!(error < 2e-3);
}
