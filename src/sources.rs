//! The seam to the outside: after it, nothing touches the disk.
//!
//! A folder, a packaged chart, a commit of a Git repository and a rule page are the same thing: a
//! sorted list of files that can be read by path. Nothing outside the root is ever read.
