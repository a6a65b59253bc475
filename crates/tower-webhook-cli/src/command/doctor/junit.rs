//! The table as `JUnit`'s XML, which CI systems show.

use std::fmt::{self, Write as _};
use std::io::Write;

use super::judge::{Finding, Verdict};
use super::report::Report;
use super::row::Row;
use super::run::End;
use crate::term::steers;

/// Writes the report; a warning is a failure if `strict`. An examination that was broken off is an error.
pub(super) fn write(report: &Report, end: End, strict: bool, mut out: impl Write) -> std::io::Result<()> {
    let mut xml = String::new();
    write_xml(report, end, strict, &mut xml).map_err(std::io::Error::other)?;
    out.write_all(xml.as_bytes())?;
    out.flush()
}

fn write_xml(report: &Report, end: End, strict: bool, out: &mut String) -> fmt::Result {
    let errors = usize::from(end != End::Complete);
    let count = report.count();
    let failures = count.failures + if strict { count.warnings } else { 0 };
    let time: f64 = report
        .findings
        .iter()
        .map(|(_, finding)| finding.time.as_secs_f64())
        .sum();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let numbers = format!(
        r#"tests="{}" failures="{failures}" errors="{errors}" skipped="{}" time="{time:.3}""#,
        report.findings.len() + errors,
        count.notes
    );
    writeln!(out, r#"<testsuites name="tower-webhook doctor" {numbers}>"#)?;
    writeln!(out, r#"  <testsuite name="tower-webhook doctor" {numbers}>"#)?;
    for (row, finding) in &report.findings {
        write_case(row, finding, strict, out)?;
    }
    if errors > 0 {
        writeln!(out, r#"    <testcase classname="doctor" name="complete" time="0">"#)?;
        writeln!(out, r#"      <error message="the examination was broken off"/>"#)?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn write_case(row: &Row, finding: &Finding, strict: bool, out: &mut String) -> fmt::Result {
    let time = finding.time.as_secs_f64();
    let group = row.group.name();
    writeln!(
        out,
        r#"    <testcase classname="doctor.{group}" name="{}" time="{time:.3}">"#,
        row.name
    )?;
    let remark = Text(finding.remark.as_deref().unwrap_or_default());
    match finding.verdict {
        Verdict::Fail => write_failure(row, finding, &remark, out)?,
        Verdict::Warn if strict => write_failure(row, finding, &remark, out)?,
        Verdict::Warn => writeln!(out, "      <system-out>warning: {remark}</system-out>")?,
        Verdict::Info => writeln!(out, r#"      <skipped message="{remark}"/>"#)?,
        Verdict::Pass => {}
    }
    writeln!(out, "    </testcase>")
}

fn write_failure(row: &Row, finding: &Finding, remark: &Text<'_>, out: &mut String) -> fmt::Result {
    let (sent, came) = (Text(row.sent), Text(&finding.came));
    let (why, link) = (Text(row.why), row.link());
    writeln!(
        out,
        "      <failure message=\"{remark}\">sent: {sent}\nreceived: {came}\nwhy it matters: {why}\nsee {link}</failure>"
    )
}

/// Text with the characters escaped that XML reserves, or that a terminal acts on. Those that XML 1.0 cannot contain
/// become U+FFFD.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\0'..'\t' | '\u{b}' | '\u{c}' | '\u{e}'..' ' | '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                _ if steers(letter) => write!(f, "&#x{:x};", u32::from(letter))?,
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::battery::rows;
    use super::*;

    fn xml(verdict: Verdict, remark: &str, strict: bool) -> String {
        let row = rows().next().unwrap();
        let mut report = Report::new(&[row], false);
        let finding = Finding::note(verdict, "500 in 1 ms").remarked(remark);
        report.add(row, finding).unwrap();
        let mut out = Vec::new();
        write(&report, End::Complete, strict, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_text_is_escaped() {
        let xml = xml(Verdict::Fail, "a<b>&\"c\"\u{1b}[2J\u{0}\u{9b}\u{202e}\n\\", false);
        let message = "message=\"a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}[2J\u{fffd}&#x9b;&#x202e;&#xa;\\\"";
        assert!(xml.contains(message), "{xml}");
    }

    #[test]
    fn an_examination_that_was_broken_off_is_an_error() {
        let report = Report::new(&[], false);
        for (end, errors) in [
            (End::Complete, 0),
            (End::TimeUp, 1),
            (End::Interrupted, 1),
            (End::NotValid, 1),
        ] {
            let mut out = Vec::new();
            write(&report, end, false, &mut out).unwrap();
            let xml = String::from_utf8(out).unwrap();
            assert!(xml.contains(&format!(r#"errors="{errors}""#)), "{end:?}: {xml}");
            assert_eq!(xml.contains("<error "), errors == 1, "{end:?}: {xml}");
        }
    }

    #[test]
    fn a_warning_is_a_failure_only_when_it_is_strict() {
        assert!(xml(Verdict::Warn, "x", false).contains(r#"failures="0""#));
        assert!(!xml(Verdict::Warn, "x", false).contains("<failure"));
        assert!(xml(Verdict::Warn, "x", true).contains(r#"failures="1""#));
        assert!(xml(Verdict::Warn, "x", true).contains("<failure"));
        assert!(xml(Verdict::Info, "x", true).contains(r#"failures="0""#));
        assert!(xml(Verdict::Info, "x", true).contains(r#"<skipped message="x"/>"#));
    }
}
