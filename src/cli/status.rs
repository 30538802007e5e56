//! `demo-gen status`
use super::context::Context;
use super::exit::Exit;
/// What is managed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}
pub(super) async fn run(_a: &Args, _c: &mut Context<'_>) -> anyhow::Result<Exit> {
    Ok(Exit::Done)
}
