//! A progress bar on a terminal, silence elsewhere.
use std::sync::Arc;

use cleanbill_engine::{Event, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{cli::Common, world::World};

/// Hears of what is read; the bar goes away by itself when the run ends.
#[must_use]
pub fn bar(common: &Common, world: &World) -> (Progress, ProgressBar) {
    let bar = ProgressBar::new(0);
    if common.quiet || !world.stderr_is_terminal {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{spinner} reading packages {bar:30} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let progress: Progress = Arc::new(move |event| match event {
        Event::Planned(count) => shown.inc_length(u64::try_from(count).unwrap_or(u64::MAX)),
        Event::Read => shown.inc(1),
    });
    (progress, bar)
}
