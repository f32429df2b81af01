//! One running attack: its clip, its settings, and its state between two steps.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use super::bone_lengths;
use super::constraints::Projection;
use super::losses::adversarial::Plausibility;
use super::losses::prediction::prediction_of;
use super::progress::{Progress, Seen};
use super::track::Track;
use super::update::Update;
use super::victim::Victim;
use super::views::{Views, together};
use crate::contract::config::Method;
use crate::contract::{AttackConfig, Done, Goal, Metrics, StepReport, region};
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// An attack on one clip. Between two calls all of its state is on the host.
///
/// It is made here and changed here; [`batch`](super::batch) takes its steps.
pub struct Attack {
    pub(super) victim: Arc<dyn Victim>,
    /// V^0.
    pub(super) clean: Arc<Sequence>,
    pub(super) config: AttackConfig,
    /// The epsilon of each value, (T, M, V, C); 0 where the value must stay.
    pub(super) bounds: Arc<[f32]>,
    pub(super) projection: Projection,
    /// What cameras see of the clip, if the attack is made for them.
    pub(super) views: Option<Views>,
    /// V', (T, M, V, C).
    pub(super) perturbed: Vec<f32>,
    pub(super) update: Update,
    /// Other clips, if the method borrows from them.
    pub(super) others: Arc<[Sequence]>,
    /// The discriminator and what it learns from; `None` without natural clips.
    pub(super) plausibility: Option<Plausibility>,
    /// The recogniser's logits for the original, (classes), once they are known.
    pub(super) clean_logits: Option<Vec<f32>>,
    pub(super) progress: Progress,
    pub(super) track: Track,
    /// Reports of an attack that is over, while they wait for its outcome.
    pub(super) waiting: Vec<StepReport>,
    /// Frames that the last projection pulled towards the original.
    pub(super) yielded_frames: usize,
}

impl Attack {
    /// Prepares an attack on `clip`. The discriminator learns from the poses of `natural`, which are other clips than
    /// the attacked one; they may be empty if plausibility is off. A part swap takes its part from one of them, and
    /// BASAR starts from them; without any, BASAR starts from random motions.
    ///
    /// # Errors
    /// A config error that names the setting: it is out of its range, the clip's layout is not the recogniser's,
    /// nothing in the clip may move, or plausibility is on without natural clips.
    pub fn new(victim: Arc<dyn Victim>, clip: &Sequence, natural: &[Sequence], config: AttackConfig) -> Result<Self> {
        let layout = clip.layout();
        if layout.id != victim.layout() {
            let [has, reads] = [layout.id, victim.layout()].map(|l| l.as_str());
            let cause = format!("its layout is {has}, but the recogniser reads {reads}; choose another network");
            return Err(Error::config(cause).at("clip"));
        }
        victim.accepts(clip)?;
        config.validate(layout, victim.classes())?;
        victim_fits(&config, &*victim)?;
        let plausibility = match natural.is_empty() {
            true => None,
            false => Some(Plausibility::new(clip, natural, config.search().discriminator, config.seed)?),
        };
        needs_natural(&config, plausibility.is_some())?;
        let (clean, bounds) = (Arc::new(clip.clone()), Arc::from(region::bounds(clip, &config)?));
        let fitting = natural.iter().filter(|other| other.layout().id == layout.id);
        let others: Arc<[Sequence]> = fitting.filter(|_| config.method.borrows()).cloned().collect();
        method_fits(&config, &clean, &bounds, &others)?;
        Ok(Self {
            victim,
            projection: Projection::new(&clean, &bounds, &config),
            views: config.camera.map(|camera| Views::new(&clean, camera, config.seed)),
            perturbed: clip.data().to_vec(),
            update: Update::new(&config, &clean, &bounds, &others),
            others,
            clean,
            bounds,
            plausibility,
            clean_logits: None,
            progress: Progress::default(),
            track: Track::new(&config),
            waiting: Vec::new(),
            yielded_frames: 0,
            config,
        })
    }

    /// Changes the settings from the next step on. V' is kept, and projected onto the new constraints.
    ///
    /// # Errors
    /// As [`Attack::new`]; the old settings then stay.
    pub fn configure(&mut self, config: AttackConfig) -> Result<()> {
        config.validate(self.clean.layout(), self.victim.classes())?;
        victim_fits(&config, &*self.victim)?;
        needs_natural(&config, self.plausibility.is_some())?;
        let bounds: Arc<[f32]> = region::bounds(&self.clean, &config)?.into();
        method_fits(&config, &self.clean, &bounds, &self.others)?;
        let held = |config: &AttackConfig| (config.constraints, config.projection, config.method.keeps_lengths());
        let own = |config: &AttackConfig| (config.method, config.tau.to_bits(), config.transfer.motion.to_bits());
        let old = std::mem::replace(&mut self.config, config);
        // A walk begins anew if other values may move, or by another rule; its distance needs no epsilon.
        let moves = |bounds: &[f32]| bounds.iter().map(|b| *b > 0.0).collect::<Vec<_>>();
        let walks = self.config.method == Method::Basar
            && (moves(&bounds) != moves(&self.bounds) || old.constraints.realign != self.config.constraints.realign);
        if own(&old) != own(&self.config) || walks {
            self.update = Update::new(&self.config, &self.clean, &bounds, &self.others);
            if !old.method.keeps_lengths() || old.method == Method::Basar || walks {
                self.perturbed.copy_from_slice(self.clean.data());
            }
        }
        let learning = self.config.search().discriminator;
        if let Some(plausibility) = self.plausibility.as_mut().filter(|_| old.search().discriminator != learning) {
            plausibility.reset(learning, self.config.seed);
        }
        let camera = old.camera != self.config.camera;
        if camera {
            self.look();
        }
        if camera || old.target != self.config.target || old.stop != self.config.stop {
            self.progress.held = 0;
        }
        // Losses of another kind, or through other views, do not compare.
        if camera || old.target != self.config.target || old.prediction != self.config.prediction {
            self.track = Track::new(&self.config);
        }
        if bounds[..] != self.bounds[..] || held(&old) != held(&self.config) {
            self.bounds = bounds;
            self.projection = Projection::new(&self.clean, &self.bounds, &self.config);
            if let Update::BoneLength(_) = self.update {
                // Its own state says where the clip is, one factor a bone: it begins anew.
                self.update = Update::new(&self.config, &self.clean, &self.bounds, &self.others);
                self.perturbed.copy_from_slice(self.clean.data());
            }
            self.yielded_frames = self.projection.project(&mut self.perturbed);
            self.track = Track::new(&self.config);
        }
        Ok(())
    }

    /// Changes the settings and begins again at step 0, from `x`, (T, M, V, C), projected onto the new constraints.
    ///
    /// # Errors
    /// As [`Attack::configure`].
    pub(super) fn restart_from(&mut self, config: AttackConfig, x: Vec<f32>) -> Result<()> {
        self.configure(config)?;
        self.reset();
        self.start_at(x)
    }

    /// Begins at `x`, (T, M, V, C), projected onto the constraints, instead of at the original: at what an attack on a
    /// similar clip has found. The bone-length attack always begins at the original.
    ///
    /// # Errors
    /// A config error if `x` is not of the clip's size or not finite, or a step has been taken.
    pub fn start_at(&mut self, x: Vec<f32>) -> Result<()> {
        let refused = |cause: String| Err(Error::config(cause).at("start"));
        if x.len() != self.perturbed.len() {
            return refused(format!("has {} values, the clip has {}", x.len(), self.perturbed.len()));
        }
        if x.iter().any(|v| !v.is_finite()) {
            return refused("has a value that is infinite or no number".into());
        }
        if self.progress.iteration > 0 {
            return refused("the attack has taken a step; reset it first".into());
        }
        if self.config.method.keeps_lengths() {
            self.perturbed = x;
        }
        self.yielded_frames = self.projection.project(&mut self.perturbed);
        Ok(())
    }

    /// Goes back to the original clip and to step 0, with the current settings.
    pub fn reset(&mut self) {
        self.perturbed.copy_from_slice(self.clean.data());
        self.update = Update::new(&self.config, &self.clean, &self.bounds, &self.others);
        if let Some(plausibility) = &mut self.plausibility {
            plausibility.reset(self.config.search().discriminator, self.config.seed);
        }
        self.look();
        self.progress = Progress::default();
        self.track = Track::new(&self.config);
        self.waiting.clear();
        self.yielded_frames = 0;
    }

    /// Sets up the views of the cameras that the attack is made for.
    fn look(&mut self) {
        self.views = self.config.camera.map(|camera| Views::new(&self.clean, camera, self.config.seed));
    }

    /// Starts anew at a random place within the bounds if the iterations of a start are used up and another one is to
    /// follow. The place is one offset for each joint over all frames, so that the start moves as the original does.
    pub(super) fn next_start(&mut self) {
        let (taken, each) = (self.progress.iteration, self.config.iterations);
        if taken == 0 || !taken.is_multiple_of(each) || taken / each >= self.config.search().starts {
            return;
        }
        let mut rng = Pcg32::seed_from_u64(self.config.seed.wrapping_add((taken / each) as u64));
        let frame = self.perturbed.len() / self.clean.frames();
        let shares: Vec<f32> = (0..frame).map(|_| rng.random_range(-0.5..0.5)).collect();
        for (i, (x, clean)) in self.perturbed.iter_mut().zip(self.clean.data()).enumerate() {
            *x = clean + shares[i % frame] * self.bounds[i];
        }
        self.yielded_frames = self.projection.project(&mut self.perturbed);
        self.update = Update::new(&self.config, &self.clean, &self.bounds, &self.others);
        self.progress.held = 0;
        self.track.restart();
    }

    /// V', (T, M, V, C), in the layout's unit.
    pub fn perturbed(&self) -> &[f32] {
        &self.perturbed
    }

    /// The iterate that the attack would return if it ended now, (T, M, V, C), and the updates that led to it; none
    /// where it would return the last one.
    pub fn best(&self) -> Option<(usize, &[f32])> {
        let best = self.track.best().filter(|_| self.config.returns_best())?;
        Some((best.judged.updates, &best.clip))
    }

    /// V' as a clip.
    ///
    /// # Errors
    /// A format error if a joint is out of the range that clips may have, which can only happen without clipping.
    pub fn sequence(&self) -> Result<Sequence> {
        self.clean.with_data(self.perturbed.clone())
    }

    /// The original clip, V^0.
    pub fn clean(&self) -> &Sequence {
        &self.clean
    }

    /// The settings.
    pub fn config(&self) -> &AttackConfig {
        &self.config
    }

    /// The goal, once the logits of the original are known.
    pub(super) fn goal(&self) -> Option<Goal> {
        self.clean_logits.as_ref().map(|logits| Goal::new(self.config.target, logits))
    }

    /// The logits, (classes), and the prediction loss by which an iterate is judged, of the logits of a pass, (classes)
    /// or (K classes).
    pub(super) fn judgement(&self, logits: &[f32], goal: Goal) -> (Vec<f32>, f32) {
        let kind = self.config.prediction;
        match &self.views {
            Some(_) => together(logits, self.victim.classes(), goal, kind),
            None => (logits.to_vec(), prediction_of(logits, goal, kind)),
        }
    }

    /// The discriminator, if it takes part.
    pub(super) fn adversary(&self) -> Option<&Plausibility> {
        self.plausibility.as_ref().filter(|_| self.config.plausible())
    }

    /// Values of the clip's shape, (T, M, V, C), on the recogniser's device.
    pub(super) fn upload(&self, data: &[f32]) -> Tensor<4> {
        let layout = self.clean.layout();
        let shape = [self.clean.frames(), self.clean.people(), layout.len(), layout.channels()];
        Tensor::from_data(TensorData::new(data.to_vec(), shape), self.victim.device())
    }

    /// The report of the step that `progress` has just counted. The metrics are those of `perturbed`, which is V' after
    /// it.
    pub(super) fn report(&self, goal: Goal, seen: Seen, progress: Progress, done: Option<Done>) -> StepReport {
        StepReport {
            iteration: progress.iteration,
            losses: seen.losses,
            predicted: seen.verdict.predicted,
            original: goal.original,
            target: goal.target,
            p_original: seen.verdict.p_original,
            p_target: seen.verdict.p_target,
            top: seen.verdict.top,
            figures: Metrics::of(&self.clean, &self.perturbed, &self.bounds, seen.plausibility),
            yielded_frames: self.yielded_frames,
            fooled: seen.verdict.fooled,
            done,
            gradient: seen.gradient,
            distance: self.update.walk().and_then(|walk| walk.found()).map(|(_, distance)| distance),
            outcome: None,
        }
    }
}

/// Whether the method has what it needs in this recogniser.
fn victim_fits(config: &AttackConfig, victim: &dyn Victim) -> Result<()> {
    match config.method == Method::Tasar && !victim.spreads() {
        true => {
            Err(Error::config("TASAR needs a recogniser whose last layer is known; choose another attack").at("method"))
        }
        false => Ok(()),
    }
}

/// Whether the method has what it needs in this clip.
fn method_fits(config: &AttackConfig, clean: &Sequence, bounds: &[f32], others: &[Sequence]) -> Result<()> {
    if config.method == Method::PartSwap && others.is_empty() {
        let cause = "a part swap needs another clip of this skeleton to take the part from; add one";
        return Err(Error::config(cause).at("method"));
    }
    if config.method == Method::BoneLength && !bone_lengths::free(clean, bounds).contains(&true) {
        let cause = "no bone may change its length: the region must hold a joint with all joints beyond it";
        return Err(Error::config(cause).at("joints"));
    }
    Ok(())
}

fn needs_natural(config: &AttackConfig, present: bool) -> Result<()> {
    if config.plausible() && !present {
        let cause = "the plausibility constraint needs natural clips; add some, or switch it off";
        return Err(Error::config(cause).at("constraints.plausible"));
    }
    Ok(())
}
