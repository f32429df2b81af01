//! What is to be done: the units of the experiments, on the bench that there is.

use std::collections::{HashMap, HashSet};

use super::inputs::Bench;
use super::plan::{Clips, Experiment, Models};
use super::row::Key;
use super::setting::Protocol;
use super::unit::{Unit, Want};
use crate::contract::manifest::Architecture;
use crate::error::{Error, Result};

/// How many clips a run takes.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// For attacks of many steps.
    pub few: usize,
    /// For one step or none.
    pub many: usize,
}

/// A plan: units in a fixed order, and what had to be left out, in words.
pub struct Plan {
    /// What is to be done.
    pub units: Vec<Unit>,
    /// Why something is not.
    pub skipped: Vec<String>,
}

/// Everything that the experiments ask for and that is not there yet. Only the models of `only` are attacked, unless it is empty.
///
/// # Errors
/// Where a setting does not fit a clip.
pub fn plan(
    bench: &Bench,
    experiments: &[&'static Experiment],
    only: &[String],
    amount: Amount,
    protocol: Protocol,
    there: &HashSet<Key>,
) -> Result<Plan> {
    let mut plan = Plan { units: Vec::new(), skipped: Vec::new() };
    let mut places: HashMap<String, usize> = HashMap::new();
    for experiment in experiments {
        for model in attacked(bench, experiment, &mut plan.skipped) {
            if !only.is_empty() && !only.iter().any(|id| id == bench.models[model].id()) {
                continue;
            }
            let Some((source, clips)) = clips(bench, experiment, model, amount, protocol.seed) else {
                let what = format!("{}: there are no clips for {}", experiment.id, bench.models[model].id());
                plan.skipped.push(what);
                continue;
            };
            let judges = judges(bench, experiment, model, &mut plan.skipped);
            let protocol = Protocol { iterations: experiment.iterations.unwrap_or(protocol.iterations), ..protocol };
            let layout = bench.models[model].recogniser.entry.layout.layout();
            for setting in (experiment.settings)(layout) {
                for &clip in &clips {
                    let of = &bench.sources[source];
                    let named = |e: Error| {
                        e.at(format!("clip {clip}")).at(&of.name).at(format!("{} {}", experiment.id, setting.id))
                    };
                    let config = setting.config(&of.clips[clip].0, protocol).map_err(named)?;
                    let wants = judges.iter().filter_map(|&judge| {
                        let want = Want { experiment: experiment.id, setting: setting.clone(), protocol, judge };
                        (!there.contains(&want.key(bench, model, source, clip))).then_some(want)
                    });
                    let wants: Vec<Want> = wants.collect();
                    if wants.is_empty() {
                        continue;
                    }
                    let place = format!("{model} {source} {clip} {config:?}");
                    let at = *places.entry(place).or_insert(plan.units.len());
                    if at == plan.units.len() {
                        plan.units.push(Unit { model, source, clip, config, wants: Vec::new() });
                    }
                    plan.units[at].wants.extend(wants);
                }
            }
        }
    }
    Ok(plan)
}

/// The models that an experiment attacks, as far as they are there.
fn attacked(bench: &Bench, experiment: &Experiment, skipped: &mut Vec<String>) -> Vec<usize> {
    let all = 0..bench.models.len();
    let st_gcn = |m: &usize| bench.models[*m].recogniser.entry.architecture == Architecture::StGcn;
    match experiment.models {
        Models::Every => all.collect(),
        Models::EveryStGcn => all.filter(st_gcn).collect(),
        Models::These(ids) => ids.iter().filter_map(|id| found(bench, experiment, id, skipped)).collect(),
    }
}

/// The attacked model and the others that judge with it.
fn judges(bench: &Bench, experiment: &Experiment, model: usize, skipped: &mut Vec<String>) -> Vec<usize> {
    let mut judges = vec![model];
    for id in experiment.judges {
        let Some(judge) = found(bench, experiment, id, skipped) else { continue };
        let reads = |m: usize| (bench.models[m].recogniser.entry.layout, &bench.models[m].recogniser.entry.classes);
        if reads(judge) != reads(model) {
            skipped.push(format!("{}: {id} does not read the clips of {}", experiment.id, bench.models[model].id()));
        } else if !judges.contains(&judge) {
            judges.push(judge);
        }
    }
    judges
}

fn found(bench: &Bench, experiment: &Experiment, id: &str, skipped: &mut Vec<String>) -> Option<usize> {
    let found = bench.model(id);
    let missing = format!("{}: there is no model {id:?}, or its set is not there", experiment.id);
    if found.is_none() && !skipped.contains(&missing) {
        skipped.push(missing);
    }
    found
}

/// The set and its clips, in the order in which they were drawn.
fn clips(
    bench: &Bench,
    experiment: &Experiment,
    model: usize,
    amount: Amount,
    seed: u64,
) -> Option<(usize, Vec<usize>)> {
    let source = match experiment.clips {
        Clips::Gallery(_) => bench.sources.iter().position(|s| s.name == "gallery")?,
        _ => bench.models[model].source?,
    };
    let of = bench.sources.get(source)?;
    let clips = match experiment.clips {
        Clips::Gallery(n) => of.test.iter().copied().take(n).collect(),
        Clips::Few => of.select(amount.few, seed),
        Clips::Many => of.select(amount.many, seed),
    };
    Some((source, clips))
}
