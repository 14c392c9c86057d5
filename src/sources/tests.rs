//! Every kind of source, and every limit crossed.

mod archives;
mod charts;
mod kinds;
mod limits;
mod links;
mod made;
