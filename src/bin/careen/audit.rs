//! `careen audit`.

mod configuration;
mod outputs;
mod progress;

use std::{
    io::Write,
    path::Path,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use careen::{
    audit::{self, Settings},
    config::{ChartGlobs, Selection, closest},
    history::Repository,
    report::{Entry, Report, State},
    rule::Page,
    rules,
    sources::Sources,
};

use crate::{
    args::{AuditArgs, FailOn},
    failure::Failure,
};

use configuration::Configuration;
use outputs::Outputs;
use progress::Watch;

/// Findings at or above `--fail-on`.
const FINDINGS: u8 = 1;

/// A chart or file was skipped.
const INCOMPLETE: u8 = 3;

/// So many skipped charts and files are named; the report names all.
const NAMED: usize = 3;

/// Audits, writes the reports, and says how it went.
pub(crate) fn run(args: &AuditArgs) -> Result<ExitCode, Failure> {
    let outputs = Outputs::new(args)?;
    let watch = Watch::new(args);
    let sources = Sources::open(&args.sources, args.at.as_deref())?;
    let job = Job::new(args, &sources)?;
    let report = job.run(&sources, args, &watch)?;
    watch.write();
    job.charts_were_found(&report, args)?;
    outputs.write(&report, &job.pages, &job.configuration.texts(&sources))?;
    watch.finish(args.timing);
    if let left @ 1.. = outputs.left_out(&report) {
        let _ = writeln!(
            anstream::stderr(),
            "note: {left} findings are over the limit of SARIF readers and left out there"
        );
    }
    Ok(verdict(&report, args))
}

/// The arguments, ready to use.
struct Job {
    pages: Vec<&'static Page>,
    configuration: Configuration,
    selection: Selection,
    charts: Option<ChartGlobs>,
    now: i64,
}

impl Job {
    /// Checks all arguments, so that every mistake is told at once.
    fn new(args: &AuditArgs, sources: &Sources) -> Result<Self, Failure> {
        let pages: Vec<_> = rules::all().iter().map(rules::Registered::page).collect();
        let configuration = Configuration::find(args.config.as_deref(), sources, &pages);
        let nothing = careen::config::Config::default();
        let config = configuration.as_ref().map_or(&nothing, |found| &found.config);
        let selection = Selection::new(&pages, config, &args.select, &args.ignore);
        let charts = (!args.chart.is_empty()).then(|| ChartGlobs::new(&args.chart)).transpose();
        let now = now(args);
        match (configuration, selection, charts, now) {
            (Ok(configuration), Ok(selection), Ok(charts), Ok(now)) => {
                Ok(Self { pages, configuration, selection, charts, now })
            }
            (configuration, selection, charts, now) => {
                let selection = selection.map_err(Failure::from);
                let charts = charts.map_err(Failure::from);
                let failures = [configuration.err(), selection.err(), charts.err(), now.err()];
                Err(Failure::join(failures.into_iter().flatten()).unwrap_or_default())
            }
        }
    }

    fn run(&self, sources: &Sources, args: &AuditArgs, watch: &Watch) -> Result<Report, Failure> {
        let settings = Settings {
            now: self.now,
            config: &self.configuration.config,
            selection: &self.selection,
            charts: self.charts.as_ref().map(ChartGlobs::set),
            progress: watch,
        };
        let threads = args.jobs.map_or(0, usize::from);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool =
            pool.map_err(|error| Failure::new(error.to_string(), "give a smaller `--jobs`"))?;
        Ok(pool.install(|| audit::audit(sources, &settings)))
    }

    /// An audit of nothing must not look like one of a clean catalog: most likely a path is wrong.
    fn charts_were_found(&self, report: &Report, args: &AuditArgs) -> Result<(), Failure> {
        let entries = report.coverage.entries.iter().filter(|entry| entry.is_chart);
        let charts: Vec<_> = entries.map(|entry| entry.path.as_str()).collect();
        if charts.is_empty() {
            let sources: Vec<_> =
                args.sources.iter().map(|source| format!("`{}`", source.display())).collect();
            let message = format!("there is no chart in {}", sources.join(", "));
            let help = "give a folder that has a Chart.yaml in it or in a folder below";
            return Err(Failure::new(message, help));
        }
        let unmatched = self.charts.iter().flat_map(|globs| globs.unmatched(&charts));
        let failures = unmatched.map(|glob| no_such_chart(glob, &charts));
        Failure::join(failures).map_or(Ok(()), Err)
    }
}

fn no_such_chart(glob: &str, charts: &[&str]) -> Failure {
    let help = match closest(glob, charts.iter().copied()).or(charts.first().copied()) {
        Some(chart) => format!("charts go by their folder, such as `{chart}`"),
        None => String::new(),
    };
    Failure::new(format!("`--chart {glob}` matches no chart"), help)
}

/// The moment that ages are counted to: given, else the newest of the commits, else now.
fn now(args: &AuditArgs) -> Result<i64, Failure> {
    if let Some(moment) = args.now {
        return Ok(moment.0);
    }
    if let Some(reference) = &args.at {
        let times = args.sources.iter().map(|source| commit_time(source, reference));
        return Ok(times.collect::<Result<Vec<_>, _>>()?.into_iter().max().unwrap_or_default());
    }
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(elapsed.ok().and_then(|elapsed| elapsed.as_secs().try_into().ok()).unwrap_or_default())
}

fn commit_time(source: &Path, reference: &str) -> Result<i64, Failure> {
    let told = |error: careen::history::HistoryError| Failure::new(error.to_string(), "");
    let Some((repository, _)) = Repository::discover(source).map_err(told)? else {
        let message = format!("`{}` is in no Git repository", source.display());
        return Err(Failure::new(message, "leave out `--at`, or give a clone"));
    };
    Ok(repository.resolve(reference).map_err(told)?.time)
}

/// 3 over 1 over 0; 2 never comes here.
fn verdict(report: &Report, args: &AuditArgs) -> ExitCode {
    let entries = report.coverage.entries.iter();
    let skipped: Vec<_> = entries.filter(|entry| entry.state == State::Skipped).collect();
    if !skipped.is_empty() && !args.allow_incomplete {
        incomplete(&skipped).print();
        return ExitCode::from(INCOMPLETE);
    }
    let fails = |level| report.findings.iter().any(|finding| finding.level >= level);
    match FailOn::level(args.fail_on) {
        Some(level) if fails(level) => ExitCode::from(FINDINGS),
        _ => ExitCode::SUCCESS,
    }
}

/// Says why the code is 3: where the report went to a file, nobody would know.
fn incomplete(skipped: &[&Entry]) -> Failure {
    let named = skipped.iter().take(NAMED).map(|entry| format!("`{}`", entry.path));
    let more = skipped.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("{more} more"));
    let named: Vec<_> = named.chain(more).collect();
    let message = format!("{} could not be read", named.join(", "));
    Failure::new(message, "repair what is broken, or accept it with `--allow-incomplete`")
}
