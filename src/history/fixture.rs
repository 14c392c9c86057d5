//! Small repositories for tests and rule pages, written without a Git binary.
