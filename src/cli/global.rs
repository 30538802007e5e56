//! Options that every command knows.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::report::ColorChoice;

#[derive(Debug, clap::Args)]
pub(super) struct Global {
    /// The manifest; state and logs lie beside it.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        default_value = "demo.yaml"
    )]
    pub(super) config: PathBuf,
    /// Read secrets from `.env.NAME` beside the manifest instead of `.env`.
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) env: Option<String>,
    /// The folder for the logs of runs [default: `runs` beside the manifest].
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) log_dir: Option<PathBuf>,
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are honoured too.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
