//! Attack a clip and draw it as a moving SVG: the original beside the perturbed clip, with the network's answers.
//!
//! `cargo run --release -p ciasa --features cli --example moving_picture -- [CLIP] [OUT]`, from the repository. It made
//! `docs/images/attack.svg`.

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use std::{env, fs};

use burn::tensor::Device;
use ciasa::attack::run::block_on;
use ciasa::attack::{Attack, AttackConfig, Constraints, Epsilon};
use ciasa::contract::Manifest;
use ciasa::format;
use ciasa::model::Recogniser;
use ciasa::skeleton::Sequence;

const CLEAN: &str = "#2f7fc4";
const PERTURBED: &str = "#e8730c";
const INK: &str = "#16202b";
/// Size of the picture, and the height of a body in it.
const SIZE: [f32; 2] = [760.0, 400.0];
const BODY: f32 = 250.0;
/// The clip is shown so many times while the attack goes from its first to its last step, and once more at the end.
const LOOPS: usize = 3;

/// Reads one probability of an iterate.
type Probability = fn(&Iterate) -> f32;

/// The clip after a step, and what the network sees in it: the probabilities of the original class and of the target.
struct Iterate {
    clip: Sequence,
    original: f32,
    target: f32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let input = args.next().unwrap_or("web/public/clips/synthetic-wave-1.json".into());
    let out = args.next().unwrap_or("docs/images/attack.svg".into());
    let clip = format::read(&fs::read(&input)?, &input)?;
    let manifest = Manifest::parse(&fs::read_to_string("models/manifest.json")?)?;
    let entry = manifest.models.iter().find(|m| m.layout == clip.layout().id);
    let entry = entry.ok_or("no shipped network reads this clip's skeleton")?.clone();
    let files = entry.weights.iter().map(|w| fs::read(format!("models/{}", w.file)));
    let network = Arc::new(Recogniser::load(entry.clone(), &files.collect::<Result<Vec<_>, _>>()?, &Device::flex())?);

    let constraints = Constraints { plausible: false, ..Constraints::ALL };
    let config = AttackConfig { epsilon: Epsilon::Global(0.05), constraints, ..Default::default() };
    let mut attack = Attack::new(network, &clip, &[], config)?;
    let (mut iterates, mut classes) = (Vec::new(), None);
    loop {
        let now = attack.sequence()?;
        let report = block_on(attack.step())?;
        classes = classes.or(report.target.map(|target| [report.original, target]));
        iterates.push(Iterate { clip: now, original: report.p_original, target: report.p_target.unwrap_or(0.0) });
        if report.done.is_some() || report.p_target.is_some_and(|p| p > 0.95) {
            break;
        }
    }
    let [original, target] = classes.ok_or("the attack has no target")?.map(|class| entry.classes[class].as_str());
    fs::write(&out, picture(&clip, &iterates, [original, target]))?;
    println!("{out}: {} steps, {original} -> {target}", iterates.len() - 1);
    Ok(())
}

/// The whole picture.
fn picture(clean: &Sequence, iterates: &[Iterate], [original, target]: [&str; 2]) -> String {
    // Each moment of the picture: a frame of the clip and an iterate.
    let frames = clean.frames() * (LOOPS + 1);
    let last = iterates.len() - 1;
    let iterate = |i: usize| &iterates[(i * last / (clean.frames() * LOOPS - 1)).min(last)];
    let moments: Vec<(usize, &Iterate)> = (0..frames).map(|i| (i % clean.frames(), iterate(i))).collect();
    let seconds = frames as f32 / clean.fps;

    let figure = |colour: &str, x: f32, dash: &str, clip: &dyn Fn(&Iterate) -> Sequence| {
        let paths: Vec<String> = moments.iter().map(|(frame, i)| bones(clean, &clip(i), *frame, x)).collect();
        format!(
            "<path d=\"{}\" stroke=\"{colour}\" stroke-width=\"4\" {dash}>{}</path>\n",
            paths[0],
            animate("d", seconds, &paths)
        )
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"16\" \
         stroke-linecap=\"round\" fill=\"none\">\n<title>{original} becomes {target}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"12\" fill=\"#fff\"/>\n",
        SIZE[0], SIZE[1]
    );
    svg += &figure(CLEAN, 130.0, "", &|_| clean.clone());
    svg += &figure(CLEAN, 370.0, "opacity=\"0.35\" stroke-dasharray=\"6 6\"", &|_| clean.clone());
    svg += &figure(PERTURBED, 370.0, "", &|i| i.clip.clone());
    for (x, colour, text) in [(130.0, CLEAN, "original"), (370.0, PERTURBED, "attacked")] {
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"36\" fill=\"{colour}\" text-anchor=\"middle\">{text}</text>");
    }
    let _ = writeln!(svg, "<text x=\"520\" y=\"120\" fill=\"{INK}\">The network sees</text>");
    let bars: [(&str, &str, f32, Probability); 2] =
        [(original, CLEAN, 150.0, |i| i.original), (target, PERTURBED, 215.0, |i| i.target)];
    for (name, colour, y, p) in bars {
        let widths: Vec<String> = moments.iter().map(|(_, i)| format!("{:.0}", 2.0 + 198.0 * p(i))).collect();
        let _ = writeln!(
            svg,
            "<text x=\"520\" y=\"{:.0}\" fill=\"{INK}\">{name}</text>\n<rect x=\"520\" y=\"{:.0}\" width=\"{}\" \
             height=\"14\" rx=\"3\" fill=\"{colour}\">{}</rect>",
            y + 4.0,
            y + 14.0,
            widths[0],
            animate("width", seconds, &widths)
        );
    }
    svg + "</svg>\n"
}

/// The bones of the first person in a frame as one path, the body's middle in the original at `x`.
fn bones(clean: &Sequence, clip: &Sequence, frame: usize, x: f32) -> String {
    let layout = clip.layout();
    let scale = BODY / clean.body_height().unwrap_or(1.0);
    let pelvis = clean.joint(frame, 0, layout.pelvis);
    let up = if layout.dims == 3 { -scale } else { scale };
    let at = |joint: usize| {
        let p = clip.joint(frame, 0, joint);
        [x + (p[0] - pelvis[0]) * scale, 220.0 + (p[1] - pelvis[1]) * up]
    };
    let seen = |joint: &usize| clip.seen(frame, 0, *joint);
    layout.bones().iter().filter(|(a, b)| seen(a) && seen(b)).fold(String::new(), |mut path, (a, b)| {
        let ([x1, y1], [x2, y2]) = (at(*a), at(*b));
        let _ = write!(path, "M{x1:.0} {y1:.0}L{x2:.0} {y2:.0}");
        path
    })
}

/// One value after another, over and over.
fn animate(attribute: &str, seconds: f32, values: &[String]) -> String {
    format!(
        "<animate attributeName=\"{attribute}\" dur=\"{seconds:.2}s\" repeatCount=\"indefinite\" calcMode=\"discrete\" \
         values=\"{}\"/>",
        values.join(";")
    )
}
