//! `ciasa`: the playground's library on the command line.

use std::process::ExitCode;

use ciasa::cli;
use clap::{Parser, Subcommand};

/// Adversarial attacks on action recognition from skeletons (CIASA)
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Attack(Box<cli::attack::AttackArgs>),
    Convert(cli::convert::ConvertArgs),
    Eval(Box<cli::eval::EvalArgs>),
    Recognise(cli::recognise::RecogniseArgs),
    Train(cli::train::TrainArgs),
    Evaluate(cli::evaluate::EvaluateArgs),
    Plot(cli::plot::PlotArgs),
    Gallery(cli::gallery::GalleryArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Attack(args) => cli::attack::run(&args),
        Command::Convert(args) => cli::convert::run(&args),
        Command::Eval(args) => cli::eval::run(&args),
        Command::Recognise(args) => cli::recognise::run(&args),
        Command::Train(args) => cli::train::run(&args),
        Command::Evaluate(args) => cli::evaluate::run(&args),
        Command::Plot(args) => cli::plot::run(&args),
        Command::Gallery(args) => cli::gallery::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("ciasa: {e}");
            ExitCode::FAILURE
        }
    }
}
