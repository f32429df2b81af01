//! ST-GCN++ and CTR-GCN against an independent program in NumPy, `tests/golden/branches.py`.

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::model::ctrgcn::{CtrGcn, CtrGcnConfig};
use ciasa::model::stgcn_pp::{StGcnPp, StGcnPpConfig};
use ciasa::skeleton::LayoutId;

use crate::support::{golden, portable, portable_branches, relative_l2};

const SHAPE: [usize; 5] = [1, 3, 14, 25, 2];
const CLASSES: usize = 12;

/// The logits, and the slopes of a weighted sum of them along three directions by the input's gradient.
fn check(name: &str, forward: impl Fn(Tensor<5>) -> Tensor<2>) {
    let case = golden(&format!("{name}_case.safetensors"));
    let device = Device::flex().autodiff();
    let values = TensorData::new(case.get("x0", &SHAPE).unwrap().to_vec(), SHAPE);
    let x = Tensor::<5>::from_data(values, &device).require_grad();
    let logits = forward(x.clone());
    let found = logits.to_data().try_to_vec::<f32>().unwrap();
    let error = relative_l2(&found, case.get("logits", &[1, CLASSES]).unwrap());
    println!("{name} logits: relative L2 {error:.2e}");
    assert!(error < 1e-5);

    let sums = TensorData::new(portable("branches.sum", &[CLASSES], -1.0, 1.0), [1, CLASSES]);
    let mut grads = (logits * Tensor::from_data(sums, &device)).sum().backward();
    let grad = x.grad_remove(&mut grads).unwrap().into_data().try_to_vec::<f32>().unwrap();
    let size = grad.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
    for (i, wanted) in case.get("slopes", &[3]).unwrap().iter().enumerate() {
        let direction = portable(&format!("branches.direction.{i}"), &SHAPE, -1.0, 1.0);
        let slope: f64 = grad.iter().zip(direction).map(|(g, d)| f64::from(*g) * f64::from(d)).sum();
        println!("{name} direction {i}: {wanted} by differences, {slope} by gradient of {size}");
        assert!((slope - f64::from(*wanted)).abs() < 5e-4 * size, "{name} direction {i}");
    }
}

#[test]
fn st_gcn_pp() {
    let config = StGcnPpConfig { layout: LayoutId::Ntu, classes: CLASSES };
    let network = StGcnPp::new(&config, &portable_branches("stgcnpp", config.keys()), &Device::flex()).unwrap();
    check("stgcnpp", |x| network.forward(x));
}

#[test]
fn ctr_gcn() {
    let config = CtrGcnConfig { layout: LayoutId::Ntu, classes: CLASSES, people: 2 };
    let network = CtrGcn::new(&config, &portable_branches("ctrgcn", config.keys()), &Device::flex()).unwrap();
    check("ctrgcn", |x| network.forward(x));
}
