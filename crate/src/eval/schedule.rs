//! The schedule of a run: the experiments' units of work on the networks and clips that are there.

use std::collections::{HashMap, HashSet};

use super::experiments::{Clips, Experiment, Models};
use super::inputs::Inputs;
use super::row::Key;
use super::setting::Protocol;
use super::unit::{Unit, Want};
use crate::contract::Projection;
use crate::contract::manifest::Architecture;
use crate::error::{Error, Result};

/// Numbers of test clips.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// For attacks of many steps.
    pub few: usize,
    /// For one step or none.
    pub many: usize,
}

/// What is measured of the experiments; everything where a list is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Only<'a> {
    /// Ids of the networks that are attacked.
    pub models: &'a [String],
    /// Ids of the settings.
    pub settings: &'a [String],
}

impl Only<'_> {
    fn names(ids: &[String], id: &str) -> bool {
        ids.is_empty() || ids.iter().any(|known| known == id)
    }
}

/// Units in a fixed order.
pub struct Schedule {
    /// The units to run.
    pub units: Vec<Unit>,
    /// What is left out, and why.
    pub skipped: Vec<String>,
}

/// All rows of the experiments that are not `there` yet, as units.
///
/// # Errors
/// If a setting does not fit a clip.
pub fn schedule(
    inputs: &Inputs,
    experiments: &[&'static Experiment],
    only: Only<'_>,
    amount: Amount,
    protocol: Protocol,
    there: &HashSet<Key>,
) -> Result<Schedule> {
    let mut schedule = Schedule { units: Vec::new(), skipped: Vec::new() };
    let mut places: HashMap<String, usize> = HashMap::new();
    for experiment in experiments {
        for model in attacked(inputs, experiment, &mut schedule.skipped) {
            if !Only::names(only.models, inputs.models[model].id()) {
                continue;
            }
            let Some((source, clips)) = clips(inputs, experiment, model, amount, protocol.seed) else {
                let what = format!("{}, because there are no clips for {}", experiment.id, inputs.models[model].id());
                schedule.skipped.push(what);
                continue;
            };
            let judges = judges(inputs, experiment, model, &mut schedule.skipped);
            let protocol = Protocol { iterations: experiment.iterations.unwrap_or(protocol.iterations), ..protocol };
            let layout = inputs.models[model].recogniser.entry.layout.layout();
            for setting in protocol.preset.settings((experiment.settings)(layout)) {
                if !Only::names(only.settings, &setting.id) {
                    continue;
                }
                if let Some(why) = setting.needs_exact().filter(|_| protocol.projection != Projection::Exact) {
                    let cause = format!("because {why}: use --projection exact");
                    let what = format!("{} {}, {cause}", experiment.id, setting.id);
                    if !schedule.skipped.contains(&what) {
                        schedule.skipped.push(what);
                    }
                    continue;
                }
                for &clip in &clips {
                    let of = &inputs.sources[source];
                    let named = |e: Error| {
                        e.at(format!("clip {clip}")).at(&of.name).at(format!("{} {}", experiment.id, setting.id))
                    };
                    let config = match setting.config(&of.clips[clip].0, protocol) {
                        // One of the user's clips without a height must not keep the others from being measured.
                        Err(e) if inputs.given.is_some() && e.is_data() => {
                            let what = format!("{} in {} {}: {e}", of.file(clip), experiment.id, setting.id);
                            schedule.skipped.push(what);
                            continue;
                        }
                        config => config.map_err(named)?,
                    };
                    let wants = judges.iter().filter_map(|&judge| {
                        let want = Want { experiment: experiment.id, setting: setting.clone(), protocol, judge };
                        (!there.contains(&want.key(inputs, model, source, clip))).then_some(want)
                    });
                    let wants: Vec<Want> = wants.collect();
                    if wants.is_empty() {
                        continue;
                    }
                    let search = setting.search;
                    let place = format!("{model} {source} {clip} {search} {config:?}");
                    let at = *places.entry(place).or_insert(schedule.units.len());
                    if at == schedule.units.len() {
                        schedule.units.push(Unit { model, source, clip, config, search, wants: Vec::new() });
                    }
                    schedule.units[at].wants.extend(wants);
                }
            }
        }
    }
    Ok(schedule)
}

/// The networks that an experiment attacks, as far as they are there.
fn attacked(inputs: &Inputs, experiment: &Experiment, skipped: &mut Vec<String>) -> Vec<usize> {
    if let Some(given) = inputs.given {
        return (0..given).collect();
    }
    let all = 0..inputs.models.len();
    let st_gcn = |m: &usize| inputs.models[*m].recogniser.entry.architecture == Architecture::StGcn;
    match experiment.models {
        Models::Every => all.collect(),
        Models::EveryStGcn => all.filter(st_gcn).collect(),
        Models::These(ids) => ids.iter().filter_map(|id| found(inputs, experiment, id, skipped)).collect(),
    }
}

/// The attacked network and the others that judge.
fn judges(inputs: &Inputs, experiment: &Experiment, model: usize, skipped: &mut Vec<String>) -> Vec<usize> {
    let mut judges = vec![model];
    if inputs.given.is_some() {
        if !experiment.judges.is_empty() {
            judges.extend((0..inputs.models.len()).filter(|judge| *judge != model));
        }
        return judges;
    }
    for id in experiment.judges {
        let Some(judge) = found(inputs, experiment, id, skipped) else { continue };
        let reads = |m: usize| (inputs.models[m].recogniser.entry.layout, &inputs.models[m].recogniser.entry.classes);
        if reads(judge) != reads(model) {
            skipped.push(format!(
                "{id} as a judge in {}, because it does not read the clips of {}",
                experiment.id,
                inputs.models[model].id()
            ));
        } else if !judges.contains(&judge) {
            judges.push(judge);
        }
    }
    judges
}

fn found(inputs: &Inputs, experiment: &Experiment, id: &str, skipped: &mut Vec<String>) -> Option<usize> {
    let found = inputs.model(id);
    let missing = format!("{id} in {}, because the network or its data set is not there", experiment.id);
    if found.is_none() && !skipped.contains(&missing) {
        skipped.push(missing);
    }
    found
}

/// The set and its clips, in the order of the draw.
fn clips(
    inputs: &Inputs,
    experiment: &Experiment,
    model: usize,
    amount: Amount,
    seed: u64,
) -> Option<(usize, Vec<usize>)> {
    let source = match experiment.clips {
        Clips::Gallery(_) => inputs.sources.iter().position(|s| s.name == "gallery")?,
        _ => inputs.models[model].source?,
    };
    let of = inputs.sources.get(source)?;
    let clips = match experiment.clips {
        Clips::Gallery(n) => of.test.iter().copied().take(n).collect(),
        Clips::Few => of.select(amount.few, seed),
        Clips::Many => of.select(amount.many, seed),
        Clips::Filmed => return None,
    };
    Some((source, clips))
}
