//! The unit of work: one attack on one clip, and the rows made of it.

use std::collections::HashSet;

use super::inputs::Inputs;
use super::row::{Key, Place, Row, constraints, global, short, targeted};
use super::setting::{Protocol, Setting};
use super::{defence, trial};
use crate::attack::run::block_on;
use crate::attack::{AttackConfig, Metrics};
use crate::contract::report::top;
use crate::error::Result;
use crate::skeleton::Sequence;

/// One attack on one clip.
pub struct Unit {
    /// Index of the attacked network.
    pub model: usize,
    /// Index of the set.
    pub source: usize,
    /// Index of the clip in the set.
    pub clip: usize,
    /// The attack; none if the clip is not attacked.
    pub config: Option<AttackConfig>,
    /// Whether the smallest epsilon is searched that reaches the goal.
    pub search: bool,
    /// The rows made of it. Experiments with the same attack share the unit.
    pub(super) wants: Vec<Want>,
}

/// A row to make.
pub(super) struct Want {
    pub experiment: &'static str,
    pub setting: Setting,
    pub protocol: Protocol,
    pub judge: usize,
}

impl Want {
    pub fn key(&self, inputs: &Inputs, model: usize, source: usize, clip: usize) -> Key {
        Row::key_of(&self.place(inputs, model, source, clip), &self.setting, self.protocol)
    }

    fn place<'a>(&self, inputs: &'a Inputs, model: usize, source: usize, clip: usize) -> Place<'a> {
        Place {
            experiment: self.experiment,
            model: inputs.models[model].id(),
            weights: &inputs.models[model].weights,
            judge: inputs.models[self.judge].id(),
            judge_weights: &inputs.models[self.judge].weights,
            dataset: &inputs.sources[source].name,
            clip,
            file: inputs.sources[source].file(clip),
            data: &inputs.sources[source].digests[clip],
        }
    }
}

/// A judge's answer.
struct Answer {
    probabilities: Vec<f32>,
    class: usize,
}

impl Unit {
    /// Leaves out the rows that are `there` already. False if no row is left to make.
    pub fn keep_missing(&mut self, inputs: &Inputs, there: &HashSet<Key>) -> bool {
        let (model, source, clip) = (self.model, self.source, self.clip);
        self.wants.retain(|want| !there.contains(&want.key(inputs, model, source, clip)));
        !self.wants.is_empty()
    }

    /// Clip, network and setting in words.
    pub fn name(&self, inputs: &Inputs) -> String {
        let source = &inputs.sources[self.source];
        let clip = match source.file(self.clip) {
            "" => format!("{} clip {}", source.name, self.clip),
            file => file.to_owned(),
        };
        let what = self.wants.first().map_or_else(String::new, |w| format!(", {} {}", w.experiment, w.setting.id));
        format!("{clip}, {}{what}", inputs.models[self.model].id())
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.wants.len()
    }

    /// The experiments that share it.
    pub fn experiments(&self) -> impl Iterator<Item = &'static str> + '_ {
        let mut seen = HashSet::new();
        self.wants.iter().map(|w| w.experiment).filter(move |e| seen.insert(*e))
    }

    /// Number of judges.
    pub fn judges(&self) -> usize {
        self.wants.iter().map(|w| w.judge).collect::<HashSet<_>>().len()
    }

    /// Attacks the clip and measures the result.
    ///
    /// # Errors
    /// If the attack or a judge fails.
    pub fn work(&self, inputs: &Inputs) -> Result<Vec<Row>> {
        let (model, source) = (&inputs.models[self.model], &inputs.sources[self.source]);
        let (clean, _) = &source.clips[self.clip];
        let trial = match &self.config {
            Some(config) => {
                let natural = if config.needs_clips() { source.natural(self.clip) } else { Vec::new() };
                let attack = match (self.search, self.judges_best()) {
                    (true, _) => trial::smallest,
                    // A walk returns its nearest clip, and a part swap asks nothing.
                    (_, true) if !config.method.borrows() => trial::attack_best,
                    _ => trial::attack,
                };
                Some(attack(model.recogniser.clone(), clean, &natural, config.clone())?)
            }
            None => None,
        };
        let perturbed = trial.as_ref().map_or(clean, |t| &t.clip);
        let smoothed = defence::smoothed(perturbed)?;
        let natural = source.manifold.as_ref().and_then(|m| m.share(perturbed));
        let mut rows: Vec<Row> = Vec::new();
        for want in &self.wants {
            let judged = rows.iter().find(|r| r.judge == inputs.models[want.judge].id());
            let mut row = match judged {
                Some(row) => row.clone(),
                None => self.judge(inputs, want, trial.as_ref(), perturbed, &smoothed)?,
            };
            row.experiment = want.experiment.into();
            row.setting.clone_from(&want.setting.id);
            row.projection = want.setting.projection(want.protocol).into();
            row.region = want.setting.region.unwrap_or_default().into();
            row.attack = want.setting.attack.map_or("none", |p| p.as_str()).into();
            row.natural = natural.map(short);
            rows.push(row);
        }
        Ok(rows)
    }

    fn judges_best(&self) -> bool {
        self.wants.first().is_some_and(|want| want.protocol.preset.judges_best())
    }

    fn judge(
        &self,
        inputs: &Inputs,
        want: &Want,
        trial: Option<&trial::Trial>,
        perturbed: &Sequence,
        smoothed: &Sequence,
    ) -> Result<Row> {
        let (model, source) = (&inputs.models[self.model], &inputs.sources[self.source]);
        let judge = &inputs.models[want.judge];
        let (clip, label) = (&source.clips[self.clip].0, source.clips[self.clip].1);
        // Judges have the classes of the attacked network.
        let named = |class: usize| model.recogniser.entry.classes[class].clone();
        let answer = |clip: &Sequence| -> Result<Answer> {
            let probabilities = block_on(judge.recogniser.recognise(clip))?;
            let class = top(&probabilities, 1).first().map_or(0, |t| t.index);
            Ok(Answer { probabilities, class })
        };
        let own = want.judge == self.model;
        let (clean, last) = (answer(clip)?, answer(perturbed)?);
        let target = trial.and_then(|t| t.last.target);
        let figures = trial.map_or_else(Metrics::default, |t| t.figures);
        let hit = target.map(|t| last.class == t);
        let fooled = last.class != clean.class;
        // The iterate that is returned counts too; no step of the attack has seen the last one.
        let met = hit.unwrap_or(fooled);
        let first = trial.filter(|_| own).and_then(|t| t.first.or(met.then_some(t.updates)));
        let flags = source.detector.as_ref().map(|d| d.flags(perturbed));
        let config = self.config.as_ref();
        let epsilon = global(config);
        debug_assert!(config.is_none_or(|c| targeted(c) == target.is_some()));
        Ok(Row {
            experiment: String::new(),
            setting: String::new(),
            model: model.id().into(),
            weights: model.weights.clone(),
            judge: judge.id().into(),
            judge_weights: judge.weights.clone(),
            dataset: source.name.clone(),
            clip: self.clip,
            file: source.file(self.clip).into(),
            data: source.digests[self.clip].clone(),
            label: named(label),
            clean: named(clean.class),
            clean_correct: clean.class == label,
            target: target.map(named),
            attack: String::new(),
            epsilon: epsilon.map(short),
            share: epsilon.zip(clip.body_height()).map(|(e, height)| short(e / height)),
            region: String::new(),
            constraints: constraints(config),
            projection: String::new(),
            protocol: want.protocol.preset.as_str().into(),
            iterations: want.protocol.iterations,
            seed: want.protocol.seed,
            stop: want.protocol.stop(),
            used: trial.map_or(0, |t| t.last.iteration),
            first,
            best: trial.filter(|_| own).map(|_| first.is_some()),
            last: trial.filter(|_| own).and_then(|t| t.last.outcome.as_ref()).map(|o| o.last.fooled),
            flags: trial.filter(|_| own).map_or(String::new(), trial::Trial::flags),
            smallest: trial.and_then(|t| t.smallest).map(short),
            predicted: named(last.class),
            confidence: short(last.probabilities[last.class]),
            p_target: target.map(|t| short(last.probabilities[t])),
            hit,
            fooled,
            linf: short(figures.linf),
            mean_displacement: short(figures.mean_displacement),
            max_displacement: short(figures.max_displacement),
            bone_deviation: short(figures.bone_deviation),
            acceleration_change: short(figures.acceleration_change),
            epsilon_excess: short(figures.epsilon_excess),
            plausibility: figures.plausibility.map(short),
            natural: None,
            smoothed: named(answer(smoothed)?.class),
            flag_bones: flags.map(|f| f.bones),
            flag_acceleration: flags.map(|f| f.acceleration),
            seconds: trial.map_or(0.0, |t| (t.seconds * 100.0).round() / 100.0),
            film: None,
        })
    }
}
