//! `events`: the samples that `send` can send.

use knowrithm_events::{Sample, samples};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::outcome::{Failure, Outcome, Result};
use crate::sample;
use crate::term;
use crate::term::style::STRONG;

/// How much of a sample is shown in the list.
const PREVIEW: usize = 72;

/// List the sample events, with a preview of each
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  tower-webhook events lead.created > lead.json")]
pub(crate) struct Args {
    /// Print the whole JSON of this event, as `send` sends it
    event: Option<String>,
}

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        match self.event {
            Some(name) => term::line(sample::named(&name)?)?,
            None if json => {
                let all = samples().iter().map(Document::of).collect::<Result<Vec<_>>>()?;
                term::json(&all)?;
            }
            None => {
                for sample in samples() {
                    let preview = preview(sample);
                    term::line(format_args!("{STRONG}{:<21}{STRONG:#} {preview}", sample.name))?;
                }
            }
        }
        Ok(Outcome::Good)
    }
}

/// The event's `data`, which is what tells the samples apart.
fn preview(sample: &Sample) -> String {
    let document: Value = serde_json::from_str(sample.json).unwrap_or_default();
    let text = document["data"].to_string();
    match text.char_indices().nth(PREVIEW) {
        None => text,
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

#[derive(Serialize)]
struct Document {
    event: &'static str,
    payload: &'static RawValue,
}

impl Document {
    fn of(sample: &Sample) -> Result<Self> {
        let payload = serde_json::from_str(sample.json);
        Ok(Self {
            event: sample.name,
            payload: payload.map_err(|error| Failure::usage(format_args!("the sample of {}: {error}", sample.name)))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_has_a_preview_of_its_data() {
        for sample in samples() {
            let preview = preview(sample);
            assert!(preview.starts_with("{\"id\":\""), "{preview}");
            assert!(preview.len() <= PREVIEW + 3, "{preview}");
        }
    }
}
