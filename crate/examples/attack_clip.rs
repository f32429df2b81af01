//! Attack a clip with CIASA and save the result.
//!
//! `cargo run --release -p ciasa --features cli --example attack_clip -- [CLIP] [OUT]`, from the repository.

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::{env, fs};

use burn::tensor::Device;
use ciasa::attack::{Attack, AttackConfig, Constraints, Epsilon, run};
use ciasa::contract::Manifest;
use ciasa::format::{self, Format};
use ciasa::model::Recogniser;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let input = args.next().unwrap_or("web/public/clips/synthetic-wave-1.json".into());
    let out = args.next().unwrap_or("attacked.json".into());
    let clip = format::read(&fs::read(&input)?, &input)?;

    // The first shipped network that reads the clip's skeleton.
    let manifest = Manifest::parse(&fs::read_to_string("models/manifest.json")?)?;
    let entry = manifest.models.iter().find(|m| m.layout == clip.layout().id);
    let entry = entry.ok_or("no shipped network reads this clip's skeleton")?.clone();
    let files = entry.weights.iter().map(|w| fs::read(format!("models/{}", w.file)));
    let network = Arc::new(Recogniser::load(entry.clone(), &files.collect::<Result<Vec<_>, _>>()?, &Device::flex())?);

    // Plausibility needs natural clips for its discriminator; this example leaves it out.
    let constraints = Constraints { plausible: false, ..Constraints::ALL };
    let config = AttackConfig { epsilon: Epsilon::Global(0.05), iterations: 50, constraints, ..Default::default() };
    let mut attack = Attack::new(network, &clip, &[], config)?;
    let last = run::run(&mut attack, |step| {
        println!("{:3}  loss {:.3}  sees {:?}", step.iteration, step.losses.total, entry.classes[step.predicted]);
        ControlFlow::Continue(())
    })?;

    fs::write(&out, format::write(&attack.sequence()?, Format::Clip)?)?;
    println!("{} frames in {out}, at most {:.4} m from the original", clip.frames(), last.figures.linf);
    Ok(())
}
