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

/// How often the bar is drawn again while nothing is done.
const TICK: Duration = Duration::from_millis(120);

/// Before it is known how many charts there are.
const BEFORE: &str = "{spinner} {wide_msg}";

const DURING: &str = "{bar:30} {pos}/{len} charts  {wide_msg}";

/// Hears the phases of an audit.
pub(super) struct Watch {
    begun: Instant,
    phases: Mutex<Vec<(&'static str, Instant)>>,
    bar: ProgressBar,
}

impl Watch {
    /// Starts the clock; what happens until the audit's own phases is the first one.
    pub(super) fn new(args: &AuditArgs) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let begun = Instant::now();
        let phases = Mutex::new(vec![("open", begun)]);
        if io::stderr().is_terminal() && !args.quiet {
            let bar = bar.clone().with_style(style(BEFORE));
            std::thread::spawn(move || show_when_long(&bar));
        }
        Self { begun, phases, bar }
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
}

impl Progress for Watch {
    fn phase(&self, name: &'static str) {
        self.phases.lock().unwrap_or_else(PoisonError::into_inner).push((name, Instant::now()));
        self.bar.set_message(name);
    }

    fn start(&self, charts: usize) {
        self.bar.set_length(charts as u64);
        self.bar.set_style(style(DURING));
    }

    fn done(&self, chart: &str) {
        self.bar.set_message(chart.to_owned());
        self.bar.inc(1);
    }
}

fn show_when_long(bar: &ProgressBar) {
    std::thread::sleep(PATIENCE);
    if !bar.is_finished() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
