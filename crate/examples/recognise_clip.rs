//! Name the action in a clip: the five likeliest classes.
//!
//! `cargo run --release -p ciasa --features cli --example recognise_clip -- [CLIP]`, from the repository.

use std::error::Error;
use std::{env, fs};

use burn::tensor::Device;
use ciasa::attack::run::block_on;
use ciasa::contract::Manifest;
use ciasa::contract::report::top;
use ciasa::format;
use ciasa::model::Recogniser;

fn main() -> Result<(), Box<dyn Error>> {
    let input = env::args().nth(1).unwrap_or("web/public/clips/synthetic-wave-1.json".into());
    let clip = format::read(&fs::read(&input)?, &input)?;

    let manifest = Manifest::parse(&fs::read_to_string("models/manifest.json")?)?;
    let entry = manifest.models.iter().find(|m| m.layout == clip.layout().id);
    let entry = entry.ok_or("no shipped network reads this clip's skeleton")?.clone();
    let files = entry.weights.iter().map(|w| fs::read(format!("models/{}", w.file)));
    let network = Recogniser::load(entry.clone(), &files.collect::<Result<Vec<_>, _>>()?, &Device::flex())?;

    for class in top(&block_on(network.recognise(&clip))?, 5) {
        println!("{:5.1} %  {}", 100.0 * class.p, entry.classes[class.index]);
    }
    Ok(())
}
