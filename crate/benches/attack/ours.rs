//! This engine as a side: the command line's attack, on its own thread pool or on the GPU.

use std::sync::Arc;
use std::time::Instant;

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Distribution, Tensor, TensorData};
use ciasa::attack::adam::Adam;
use ciasa::attack::run::block_on;
use ciasa::attack::{Attack, AttackConfig, Constraints, Epsilon, Projection, Target, Victim, project, realign};
use ciasa::contract::validate::MAX_STEPS;
use ciasa::kernel::pass;
use ciasa::model::clip_tensor;
use ciasa::model::stgcn::{StGcn, StGcnConfig};
use ciasa::skeleton::{LayoutId, Sequence};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::side::{ALPHA, Answers, C, CLASSES, EPSILON, LAMBDA, Result, Side, TARGET, V, clip};
use crate::support::portable_stgcn;

pub struct Ours {
    victim: Arc<StGcn>,
    pool: ThreadPool,
    variant: Variant,
    /// The GPU adapter's name; `None` on the CPU.
    adapter: Option<String>,
    work: Option<Work>,
}

/// What differs from the step that other programs can take, too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Clip and realign, as the programs do that it is compared with.
    Plain,
    /// With the plausibility loss and the training of the discriminator.
    Discriminator,
    /// With the exact projection, and the gradient along its surface.
    Exact,
}

enum Work {
    /// The library's own loop.
    One(Box<Attack>),
    /// The same step for several clips at once.
    Many(Box<Batch>),
}

impl Ours {
    pub fn on_cpu(threads: usize, variant: Variant) -> Result<Self> {
        Self::new(Device::flex(), threads, variant, None)
    }

    #[cfg(feature = "gpu")]
    pub fn on_gpu(variant: Variant) -> Result<Self> {
        use burn::tensor::DeviceKind;
        use burn::tensor::wgpu::wgpu;
        // Requested first, because the runtime panics without an adapter.
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let info = block_on(instance.request_adapter(&options))?.get_info();
        let name = format!("{} ({:?}, {:?})", info.name, info.backend, info.device_type);
        Self::new(Device::wgpu(DeviceKind::DefaultDevice), 1, variant, Some(name))
    }

    #[cfg(not(feature = "gpu"))]
    pub fn on_gpu(_: Variant) -> Result<Self> {
        Err("built without the feature `gpu`; add --features gpu".into())
    }

    fn new(device: Device, threads: usize, variant: Variant, adapter: Option<String>) -> Result<Self> {
        let config = StGcnConfig::published(LayoutId::Ntu, CLASSES);
        let network = StGcn::new(&config, &portable_stgcn(&config), &device)?;
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        Ok(Self { victim: Arc::new(network), pool, variant, adapter, work: None })
    }

    fn step(work: &mut Option<Work>) -> Result<()> {
        match work.as_mut().ok_or("no attack was begun")? {
            Work::One(attack) => drop(block_on(attack.step())?),
            Work::Many(batch) => batch.step()?,
        }
        Ok(())
    }
}

impl Side for Ours {
    fn detail(&self) -> (String, String) {
        let threads = format!("CPU, {} threads", self.pool.current_num_threads());
        (env!("CARGO_PKG_VERSION").into(), self.adapter.clone().unwrap_or(threads))
    }

    fn is_gpu(&self) -> bool {
        self.adapter.is_some()
    }

    fn saves(&self) -> bool {
        !self.is_gpu()
    }

    fn process(&self) -> u32 {
        std::process::id()
    }

    fn begin(&mut self, frames: usize, batch: usize) -> Result<()> {
        let clean = clip(frames);
        self.work = Some(if batch > 1 {
            Work::Many(Box::new(Batch::new(&self.victim, clean, batch)))
        } else {
            let (plausible, exact) = (self.variant == Variant::Discriminator, self.variant == Variant::Exact);
            let config = AttackConfig {
                target: Target::Class { index: TARGET },
                epsilon: Epsilon::Global(EPSILON),
                alpha: ALPHA,
                lambda: LAMBDA,
                iterations: MAX_STEPS,
                constraints: Constraints { plausible, ..Constraints::ALL },
                projection: if exact { Projection::Exact } else { Projection::Paper },
                ..Default::default()
            };
            let natural = if plausible { vec![clip(64)] } else { Vec::new() };
            Work::One(Box::new(Attack::new(self.victim.clone(), &clean, &natural, config)?))
        });
        Ok(())
    }

    fn steps(&mut self, count: usize) -> Result<f64> {
        let Self { pool, work, .. } = self;
        // Errors leave the pool as text, because not every error may cross threads.
        let seconds = pool.install(|| {
            let start = Instant::now();
            (0..count).try_for_each(|_| Self::step(work)).map_err(|e| e.to_string())?;
            Ok::<_, String>(start.elapsed().as_secs_f64() / count as f64)
        });
        Ok(seconds?)
    }

    fn forward(&mut self, count: usize) -> Result<f64> {
        let Some(Work::One(attack)) = &self.work else { return Err("no attack on one clip was begun".into()) };
        let (clean, victim) = (attack.clean(), &self.victim);
        let seconds = self.pool.install(|| {
            let start = Instant::now();
            for _ in 0..count {
                let x = clip_tensor(clean, victim.device());
                let logits = pass(victim.device(), || victim.logits(x));
                logits.into_data().try_to_vec::<f32>().map_err(|e| format!("{e:?}"))?;
            }
            Ok::<_, String>(start.elapsed().as_secs_f64() / count as f64)
        });
        Ok(seconds?)
    }

    fn check(&mut self) -> Result<Answers> {
        let Some(Work::One(attack)) = &mut self.work else { return Err("no attack on one clip was begun".into()) };
        let x = clip_tensor(attack.clean(), &self.victim.device().clone().autodiff()).require_grad();
        let logits = self.victim.logits(x.clone());
        let loss = log_softmax(logits.clone(), 1).narrow(1, TARGET, 1).sum().neg();
        let gradient = x.grad_remove(&mut loss.backward()).ok_or("a gradient is missing")?;
        // (1, C, T, V, 1) to (T, V, C)
        let gradient = gradient.permute([0, 2, 4, 3, 1]);
        let read = |data: TensorData| data.try_to_vec::<f32>().map_err(|e| format!("{e:?}"));
        let (logits, gradient) = (read(logits.into_data())?, read(gradient.into_data())?);
        block_on(attack.step())?;
        Ok(Answers { logits, gradient, moved: attack.perturbed().to_vec() })
    }

    fn product(&mut self, n: usize, count: usize) -> Result<f64> {
        let device = self.victim.device().clone();
        // With this scale the values neither grow nor vanish from one product to the next.
        let scale = (3.0 / n as f64).sqrt();
        let seconds = self.pool.install(|| {
            let matrix = || Tensor::<2>::random([n, n], Distribution::Uniform(-scale, scale), &device);
            let (a, b) = (matrix(), matrix());
            let chain = |count: usize| {
                let product = (0..count).fold(a.clone(), |product, _| product.matmul(b.clone()));
                product.slice([0..1, 0..1]).into_scalar::<f32>()
            };
            chain(1);
            let start = Instant::now();
            let corner = chain(count);
            (start.elapsed().as_secs_f64() / count as f64, corner)
        });
        if seconds.1.is_finite() { Ok(seconds.0) } else { Err("the product is not finite".into()) }
    }
}

/// Several copies of a clip, attacked at once with the parts of the attack: one pass through the network serves all of
/// them.
struct Batch {
    victim: Arc<StGcn>,
    clean: Sequence,
    clips: usize,
    /// (N, T, V, C)
    x: Vec<f32>,
    adam: Adam,
    bounds: Vec<f32>,
}

impl Batch {
    fn new(victim: &Arc<StGcn>, clean: Sequence, clips: usize) -> Self {
        let x = clean.data().repeat(clips);
        let bounds = vec![EPSILON; clean.data().len()];
        Self { victim: victim.clone(), adam: Adam::new(x.len()), clean, clips, x, bounds }
    }

    fn step(&mut self) -> Result<()> {
        let shape = [self.clips, self.clean.frames(), V, C];
        let device = self.victim.device().clone().autodiff();
        let x = Tensor::<4>::from_data(TensorData::new(self.x.clone(), shape), &device).require_grad();
        let logits = self.victim.logits(x.clone().permute([0, 3, 1, 2]).unsqueeze_dim(4));
        let missed = log_softmax(logits.clone(), 1).narrow(1, TARGET, 1).sum().neg();
        let inner = shape[1] - 2;
        let at = |from: usize| x.clone().narrow(1, from, inner);
        let smooth = (at(2) + at(0) - at(1) * 2.0).square().sum() / inner as f32;
        let gradient = x.grad_remove(&mut (missed + smooth * LAMBDA).backward()).ok_or("a gradient is missing")?;
        let reading = burn::tensor::Transaction::default().register(logits.inner()).register(gradient);
        let read = reading.execute();
        let gradient = read.last().ok_or("a result is missing")?.try_to_vec::<f32>().map_err(|e| format!("{e:?}"))?;
        self.adam.step(&mut self.x, &gradient, ALPHA);
        for x in self.x.chunks_mut(self.clean.data().len()) {
            project::clip(x, self.clean.data(), &self.bounds);
            realign::realign(x, &self.clean, &self.bounds);
        }
        Ok(())
    }
}
