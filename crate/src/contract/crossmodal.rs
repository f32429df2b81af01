//! Clips that went through a camera (the paper's section V-D2): what the network saw, as rows of `ciasa eval` and as
//! the table of rates. The page and `npm run crossmodal` make the films; the statistics are here.

use serde::{Deserialize, Serialize};

use super::config::AttackConfig;
use super::eval_columns::{CAMERA_COLUMNS, EVAL_COLUMNS};
use super::peers::Peer;
use super::report::StepReport;
use super::stats::{Rate, mean};
use super::step_csv::{cell, flags};
use super::{Epsilon, Method, Target};

/// The id of the experiment.
pub const EXPERIMENT: &str = "crossmodal";

/// A clip under an attack, and what the network saw of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FilmedClip {
    /// Id of the network.
    pub model: String,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// The clip's set.
    pub dataset: String,
    /// The clip's index in the set, from 0.
    pub clip: usize,
    /// Name of the clip's file; empty for a set that is one file.
    pub file: String,
    /// The first digits of the SHA-256 of the clip.
    pub data: String,
    /// The clip's class.
    pub label: String,
    /// The attack's target; none if it is untargeted.
    pub target: Option<String>,
    /// Body height, in the clip's unit; none if no frame shows it.
    pub height: Option<f32>,
    /// Id of the attacked region; empty for all joints.
    pub region: String,
    /// The attack.
    pub config: AttackConfig,
    /// Its last report.
    pub report: StepReport,
    /// Updates after which an iterate first met the goal.
    pub first: Option<usize>,
    /// Duration of the attack in seconds.
    pub seconds: f32,
    /// The network's answers: from the skeleton, and through each camera.
    pub views: Vec<View>,
}

/// The network's answers to the clean and the attacked clip in one view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// The camera's angle from the front in degrees; none: from the skeleton, without a camera.
    pub camera: Option<f32>,
    /// The class of the clean clip.
    pub clean: String,
    /// The class of the attacked clip.
    pub predicted: String,
    /// Its probability, 0 to 1.
    pub confidence: f32,
    /// The target's probability, 0 to 1; none without a target.
    pub p_target: Option<f32>,
    /// Mean distance of 13 main joints from the clean clip's in metres, after the best similarity of each frame.
    pub error_clean: Option<f32>,
    /// The same of the attacked clip.
    pub error_attacked: Option<f32>,
    /// Share of the pictures in which the person was found, 0 to 1.
    pub found: Option<f32>,
}

/// The rows as CSV with a header (RFC 4180 with line feeds), one for each view, with the columns of `ciasa eval`.
pub fn csv(clips: &[FilmedClip]) -> String {
    let columns = [&EVAL_COLUMNS[..], &CAMERA_COLUMNS].concat();
    let mut csv = columns.join(",") + "\n";
    for clip in clips {
        for view in &clip.views {
            let cells = columns.iter().map(|column| cell(&value(clip, view, column)).into_owned());
            csv.push_str(&cells.collect::<Vec<_>>().join(","));
            csv.push('\n');
        }
    }
    csv
}

/// The cell of a column; empty for what is not measured here.
fn value(clip: &FilmedClip, view: &View, column: &str) -> String {
    let FilmedClip { config, report, .. } = clip;
    let figures = report.figures;
    let optional = |value: Option<f32>| value.map_or(String::new(), |v| v.to_string());
    let target = clip.target.as_deref();
    let epsilon = if let Epsilon::Global(e) = config.epsilon { Some(e) } else { None };
    match column {
        "experiment" => EXPERIMENT.into(),
        "setting" => clip.setting(),
        "model" | "judge" => clip.model.clone(),
        "weights" | "judge_weights" => clip.weights.clone(),
        "dataset" => clip.dataset.clone(),
        "clip" => clip.clip.to_string(),
        "file" => clip.file.clone(),
        "data" => clip.data.clone(),
        "label" => clip.label.clone(),
        "clean" => view.clean.clone(),
        "clean_correct" => (view.clean == clip.label).to_string(),
        "target" => clip.target.clone().unwrap_or_default(),
        "attack" => Peer::of(config).as_str().into(),
        "epsilon" => optional(epsilon),
        "share" => optional(epsilon.zip(clip.height).map(|(e, height)| e / height)),
        "region" => clip.region.clone(),
        "constraints" => config.constraints_in_words(),
        "projection" if config.constraints.realign && config.method != Method::Fgsm => {
            config.projection.as_str().into()
        }
        "protocol" => "paper".into(),
        "iterations" => config.iterations.to_string(),
        "seed" => config.seed.to_string(),
        "stop" => config.stop.in_words(),
        "used" => report.iteration.to_string(),
        "first" => clip.first.map_or(String::new(), |first| first.to_string()),
        "best" => report.outcome.as_ref().map_or(String::new(), |o| o.best.is_some().to_string()),
        "last" => report.outcome.as_ref().map_or(String::new(), |o| o.last.fooled.to_string()),
        "flags" => report.outcome.as_ref().map_or(String::new(), |o| match o.flags[..] {
            [] => "none".into(),
            _ => flags(&o.flags),
        }),
        "predicted" => view.predicted.clone(),
        "confidence" => view.confidence.to_string(),
        "p_target" => optional(view.p_target),
        "hit" => target.map_or(String::new(), |target| (view.predicted == target).to_string()),
        "fooled" => (view.predicted != view.clean).to_string(),
        "linf" => figures.linf.to_string(),
        "mean_displacement" => figures.mean_displacement.to_string(),
        "max_displacement" => figures.max_displacement.to_string(),
        "bone_deviation" => figures.bone_deviation.to_string(),
        "acceleration_change" => figures.acceleration_change.to_string(),
        "epsilon_excess" => figures.epsilon_excess.to_string(),
        "plausibility" => optional(figures.plausibility),
        "seconds" => clip.seconds.to_string(),
        "camera" => optional(view.camera),
        "error_clean" => optional(view.error_clean),
        "error_attacked" => optional(view.error_attacked),
        "found" => optional(view.found),
        _ => String::new(),
    }
}

/// What the table counts of one answer.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The attack in words.
    pub setting: String,
    /// The camera's angle in degrees; none: from the skeleton.
    pub camera: Option<f32>,
    /// The clip's class.
    pub label: &'a str,
    /// The class of the clean clip.
    pub clean: &'a str,
    /// The class of the attacked clip.
    pub predicted: &'a str,
    /// The attack's target.
    pub target: Option<&'a str>,
    /// Distances in metres, as in [`View`].
    pub error_clean: Option<f32>,
    /// The same of the attacked clip.
    pub error_attacked: Option<f32>,
}

impl FilmedClip {
    /// The attack in words: method, region, epsilon, goal, and the cameras that it is made for.
    pub fn setting(&self) -> String {
        let epsilon = match self.config.epsilon {
            Epsilon::Global(e) => format!("e={e}"),
            Epsilon::PerJoint(_) => "e by joint".into(),
        };
        let goal = match self.config.target {
            Target::LeastLikely => "least likely",
            Target::Untargeted => "untargeted",
            Target::Class { .. } => "to a class",
        };
        let camera = self.config.camera.map_or(String::new(), |camera| camera.in_words());
        let words = [Peer::of(&self.config).as_str(), &self.region, &epsilon, goal, &camera];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Its answers.
    pub fn answers(&self) -> impl Iterator<Item = Answer<'_>> {
        self.views.iter().map(|view| Answer {
            setting: self.setting(),
            camera: view.camera,
            label: &self.label,
            clean: &view.clean,
            predicted: &view.predicted,
            target: self.target.as_deref(),
            error_clean: view.error_clean,
            error_attacked: view.error_attacked,
        })
    }
}

/// The columns of [`table`].
pub const COLUMNS: [&str; 10] = [
    "attack",
    "seen by",
    "clips",
    "correct, clean",
    "correct, attacked",
    "points lost",
    "fooled, correct",
    "target, all",
    "cm, clean",
    "cm, attacked",
];

/// The paper's line of the table: 240 clips of NTU RGB+D, ST-GCN, through its camera.
const PAPER: [&str; COLUMNS.len()] = ["the paper's", "its camera", "240", "53.3", "38.9", "14.4", "-", "-", "-", "-"];

/// The lines of the table: each attack from the skeleton and through each camera, in percent with Wilson's 95 %
/// intervals, then the paper's line. A clip counts as fooled if it is recognised in that view without the attack, and
/// as another class with it.
pub fn table(answers: &[Answer<'_>]) -> Vec<[String; COLUMNS.len()]> {
    let mut settings: Vec<&str> = Vec::new();
    for answer in answers {
        if !settings.contains(&&*answer.setting) {
            settings.push(&answer.setting);
        }
    }
    let mut cameras: Vec<Option<f32>> = Vec::new();
    for answer in answers {
        if !cameras.contains(&answer.camera) {
            cameras.push(answer.camera);
        }
    }
    // The skeleton first, then the cameras by their angle.
    cameras.sort_by(|a, b| a.unwrap_or(f32::NEG_INFINITY).total_cmp(&b.unwrap_or(f32::NEG_INFINITY)));
    let mut lines = Vec::new();
    for setting in settings {
        for camera in &cameras {
            let of: Vec<&Answer<'_>> = answers.iter().filter(|a| a.setting == setting && a.camera == *camera).collect();
            if !of.is_empty() {
                lines.push(line(setting, *camera, &of));
            }
        }
    }
    lines.push(PAPER.map(str::to_owned));
    lines
}

fn line(setting: &str, camera: Option<f32>, of: &[&Answer<'_>]) -> [String; COLUMNS.len()] {
    let clean = Rate::count(of.iter().map(|a| a.clean == a.label));
    let attacked = Rate::count(of.iter().map(|a| a.predicted == a.label));
    let fooled = Rate::count(of.iter().filter(|a| a.clean == a.label).map(|a| a.predicted != a.label));
    let target = Rate::count(of.iter().filter_map(|a| Some(a.predicted == a.target?)));
    let centimetres = |of: fn(&Answer<'_>) -> Option<f32>, all: &[&Answer<'_>]| {
        let values = all.iter().filter_map(|a| of(a)).map(|metres| 100.0 * f64::from(metres));
        mean(values).map_or("-".into(), |cm| format!("{cm:.1}"))
    };
    [
        setting.into(),
        camera.map_or("skeleton".into(), |angle| format!("camera {angle}°")),
        of.len().to_string(),
        clean.to_string(),
        attacked.to_string(),
        format!("{:.1}", 100.0 * (clean.share() - attacked.share())),
        fooled.to_string(),
        target.to_string(),
        centimetres(|a| a.error_clean, of),
        centimetres(|a| a.error_attacked, of),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(camera: Option<f32>, clean: &'static str, predicted: &'static str) -> Answer<'static> {
        let error = camera.map(|_| 0.05);
        Answer {
            setting: "basic".into(),
            camera,
            label: "wave",
            clean,
            predicted,
            target: Some("squat"),
            error_clean: error,
            error_attacked: error.map(|e| e + 0.01),
        }
    }

    #[test]
    fn each_view_is_counted_for_itself() {
        let all = [
            answer(Some(30.0), "wave", "wave"),
            answer(None, "wave", "squat"),
            answer(Some(30.0), "wave", "clap"),
            // Not recognised without the attack: neither fooled nor not.
            answer(Some(30.0), "clap", "squat"),
            answer(None, "wave", "squat"),
        ];
        let lines = table(&all);
        let skeleton = ["basic", "skeleton", "2", "100.0 [34, 100]", "0.0 [0, 66]", "100.0", "100.0 [34, 100]"];
        assert_eq!(lines[0][..7], skeleton.map(str::to_owned));
        assert_eq!(lines[0][7..], ["100.0 [34, 100]", "-", "-"].map(str::to_owned));
        let camera = ["basic", "camera 30°", "3", "66.7 [21, 94]", "33.3 [6, 79]", "33.3", "50.0 [9, 91]"];
        assert_eq!(lines[1][..7], camera.map(str::to_owned));
        assert_eq!(lines[1][7..], ["33.3 [6, 79]", "5.0", "6.0"].map(str::to_owned));
        assert_eq!(lines[2][3..5], ["53.3", "38.9"].map(str::to_owned));
        assert_eq!(lines.len(), 3);
    }
}
