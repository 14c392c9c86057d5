//! Every kind of source, and every limit crossed.

mod archives;
mod charts;
mod kinds;
mod links;
mod limits;
mod made;
