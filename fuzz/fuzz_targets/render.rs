#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| careen_fuzz::render(bytes));
