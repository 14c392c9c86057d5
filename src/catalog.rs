//! The chart model of Helm, tolerant of everything that people commit.

pub mod ignore;
