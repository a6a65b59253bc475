//! The result of a task as apalis writes it into `last_result`: `{"Ok": null}` or `{"Err": "the text"}`.

use serde::Deserialize;
use serde_json::json;

pub(crate) const DONE: &str = r#"{"Ok":null}"#;

pub(crate) fn failed(error: &str) -> String {
    json!({ "Err": error }).to_string()
}

/// The error in a result, or what else is there.
pub(crate) fn error(result: &str) -> String {
    #[derive(Deserialize)]
    struct Failed {
        #[serde(rename = "Err")]
        error: String,
    }
    serde_json::from_str(result).map_or_else(|_| result.to_owned(), |Failed { error }| error)
}
