#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ciasa_fuzz::judge(ciasa_fuzz::settings, bytes));
