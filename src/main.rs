//! Parse, run, exit code.
fn main() -> std::process::ExitCode {
    demo_gen::main()
}
