//! `ciasa`: the playground's library on the command line.

use std::process::ExitCode;

use ciasa::cli;
use clap::{Parser, Subcommand};

/// Adversarial attacks on action recognition from skeletons (CIASA)
///
/// Results go to standard output, remarks and errors to standard error. Of several files the one that fails is reported
/// and the others are done; the exit code is then not 0.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Attack(Box<cli::attack::AttackArgs>),
    Recognise(Box<cli::recognise::RecogniseArgs>),
    Clips(cli::list::ListArgs),
    Convert(cli::convert::ConvertArgs),
    Models(cli::shipped::ModelsArgs),
    Train(cli::train::TrainArgs),
    Evaluate(cli::evaluate::EvaluateArgs),
    Certify(cli::certify::CertifyArgs),
    Fourier(cli::fourier::FourierArgs),
    Quantise(cli::quantise::QuantiseArgs),
    Plot(cli::plot::PlotArgs),
    Eval(Box<cli::eval::EvalArgs>),
    Gallery(cli::gallery::GalleryArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Attack(args) => cli::attack::run(&args),
        Command::Recognise(args) => cli::recognise::run(&args),
        Command::Clips(args) => cli::list::run(&args),
        Command::Convert(args) => cli::convert::run(&args),
        Command::Models(args) => cli::shipped::run(&args),
        Command::Train(args) => cli::train::run(&args),
        Command::Evaluate(args) => cli::evaluate::run(&args),
        Command::Certify(args) => cli::certify::run(&args),
        Command::Fourier(args) => cli::fourier::run(&args),
        Command::Quantise(args) => cli::quantise::run(&args),
        Command::Plot(args) => cli::plot::run(&args),
        Command::Eval(args) => cli::eval::run(&args),
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
