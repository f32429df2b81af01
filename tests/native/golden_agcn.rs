//! Both streams of 2s-AGCN against the golden case.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use ciasa::model::agcn::{Agcn, AgcnConfig, Stream};
use ciasa::skeleton::LayoutId;

use crate::support::{golden, portable_agcn, relative_l2};

const TARGET: usize = 7;
const SHAPE: [usize; 5] = [1, 3, 64, 25, 1];

fn check(stream: Stream, name: &str) {
    let case = golden("agcn_case_T64.safetensors");
    let config = AgcnConfig { layout: LayoutId::Ntu, classes: 60, people: 1, stream };
    let device = Device::flex();
    let network = Agcn::new(&config, &portable_agcn(&config), &device).unwrap();
    let x0 = TensorData::new(case.get("x0", &SHAPE).unwrap().to_vec(), SHAPE);
    let x = Tensor::<5>::from_data(x0, &device.autodiff()).require_grad();
    let logits = network.forward(x.clone());
    let found = logits.to_data().try_to_vec::<f32>().unwrap();
    let error = relative_l2(&found, case.get(&format!("{name}.logits_ref"), &[1, 60]).unwrap());
    println!("{name} logits: relative L2 {error:.2e}");
    assert!(error < 1e-5);
    let mut grads = (-log_softmax(logits, 1).narrow(1, TARGET, 1).sum()).backward();
    let grad = x.grad_remove(&mut grads).unwrap().into_data().try_to_vec::<f32>().unwrap();
    let error = relative_l2(&grad, case.get(&format!("{name}.grad_ce_ref"), &SHAPE).unwrap());
    println!("{name} gradient: relative L2 {error:.2e}");
    assert!(error < 2e-3);
}

#[test]
fn joint_stream() {
    check(Stream::Joint, "joint");
}

#[test]
fn bone_stream() {
    check(Stream::Bone, "bone");
}
