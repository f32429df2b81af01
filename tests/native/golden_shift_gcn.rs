//! Shift-GCN with its published weights, which do not ship: a real file in PyTorch's old format, and the golden logits.

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::model::shift_gcn::{ShiftGcn, ShiftGcnConfig};
use ciasa::skeleton::LayoutId;
use ciasa::weights::{self, State};

use crate::support::{data_dir, relative_l2};

#[test]
fn published_weights_give_the_golden_logits() {
    let Some(dir) = data_dir("weights/ntu_ShiftGCN_joint_xview.pt") else { return };
    let state = weights::read(&std::fs::read(dir.join("weights/ntu_ShiftGCN_joint_xview.pt")).unwrap()).unwrap();
    let case = std::fs::read(dir.join("golden/shift_gcn_case_T64.safetensors")).unwrap();
    let case = State::from_safetensors(&case).unwrap();
    let config = ShiftGcnConfig { layout: LayoutId::Ntu, classes: 60, people: 2 };
    let device = Device::flex();
    let network = ShiftGcn::new(&config, &state, &device).unwrap();
    let shape = [1, 3, 64, 25, 2];
    let x = Tensor::<5>::from_data(TensorData::new(case.get("x0", &shape).unwrap().to_vec(), shape), &device);
    let logits = network.forward(x).into_data().try_to_vec::<f32>().unwrap();
    let error = relative_l2(&logits, case.get("logits", &[1, 60]).unwrap());
    println!("relative L2 {error:.2e}");
    assert!(error < 1e-4);
}
