//! The report as data: JSON, whole or one finding per line.

use std::io::{self, Write};

use super::Report;

/// Writes the whole report as indented JSON, in the shape of `schema/careen-report-1.json`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}

/// Writes each standing finding as one line of JSON, in the report's order.
pub fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        serde_json::to_writer(&mut *out, finding)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
