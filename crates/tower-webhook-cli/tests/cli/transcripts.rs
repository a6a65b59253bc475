//! The transcripts of terminal sessions in `tests/transcripts`.

#[test]
fn every_transcript_is_what_the_program_prints() {
    trycmd::TestCases::new().case("tests/transcripts/*.trycmd").run();
}
