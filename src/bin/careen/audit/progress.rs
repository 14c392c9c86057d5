//! How far an audit is, and how long its phases took: both for stderr only.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use careen::audit::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::AuditArgs;

/// Work that is done sooner shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

const TEMPLATE: &str = "{bar:30} {pos}/{len} charts  {wide_msg}";

/// Hears the phases of an audit.
pub(super) struct Watch {
    begun: Instant,
    phases: Mutex<Vec<(&'static str, Instant)>>,
    bar: ProgressBar,
    /// Whether somebody sits there and watches.
    watched: bool,
}

impl Watch {
    /// Starts the clock; what happens until the audit's own phases is the first one.
    pub(super) fn new(args: &AuditArgs) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style =
            ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let begun = Instant::now();
        Self {
            begun,
            phases: Mutex::new(vec![("open", begun)]),
            bar: bar.with_style(style),
            watched: io::stderr().is_terminal() && !args.quiet,
        }
    }

    /// The reports are being written.
    pub(super) fn write(&self) {
        self.bar.finish_and_clear();
        self.phase("write");
    }

    /// Takes the bar away and prints the phases if they are wanted.
    pub(super) fn finish(&self, timing: bool) {
        self.bar.finish_and_clear();
        let end = Instant::now();
        if timing {
            let mut stderr = anstream::stderr().lock();
            for (name, taken) in self.taken(end) {
                let _ = writeln!(stderr, "{name:12} {:>9.3} s", taken.as_secs_f64());
            }
        }
    }

    /// How long each phase took, and all of them.
    fn taken(&self, end: Instant) -> Vec<(&'static str, Duration)> {
        let phases = self.phases.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = phases.iter().skip(1).map(|(_, start)| *start).chain([end]);
        let taken =
            phases.iter().zip(ends).map(|((name, start), end)| (*name, end.duration_since(*start)));
        taken.chain([("total", end.duration_since(self.begun))]).collect()
    }

    fn show_when_long(&self) {
        let finished = self.bar.is_finished();
        if self.watched && !finished && self.bar.is_hidden() && self.begun.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Progress for Watch {
    fn phase(&self, name: &'static str) {
        self.phases.lock().unwrap_or_else(PoisonError::into_inner).push((name, Instant::now()));
        self.bar.set_message(name);
        self.show_when_long();
    }

    fn start(&self, charts: usize) {
        self.bar.set_length(charts as u64);
    }

    fn done(&self, chart: &str) {
        self.bar.inc(1);
        if self.watched {
            self.bar.set_message(chart.to_owned());
        }
        self.show_when_long();
    }
}
