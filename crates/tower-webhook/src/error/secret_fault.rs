//! Secrets that were never filled in, or were damaged on the way into the program.

use std::error::Error;
use std::fmt;

/// Why a secret is probably not the one that the provider made. Its message says how to mend it.
///
/// ```
/// use tower_webhook::{ConfigError, SecretFault, SigningSecret};
///
/// let error = SigningSecret::new("changeme")?.strict().unwrap_err();
/// assert!(matches!(error, ConfigError::FaultySecret { fault: SecretFault::Placeholder, .. }));
/// assert_eq!(error.to_string(), "signing secret is a common placeholder: put the provider's secret there");
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretFault {
    /// It consists of words such as `changeme`, `your-webhook-secret`, `todo` or `password123`, of one character that
    /// is repeated (`xxxx`), or of digits in their order (`123456`).
    Placeholder,
    /// It is a template that nobody filled in: `${NAME}`, `$NAME`, `%NAME%`, `{{ name }}` or `<name>`.
    Template,
    /// It is how a program prints that there is no value: `undefined`, `null`, `None`, `nil`, `NaN`, `[object Object]`.
    NoValue,
    /// It stands in quotation marks.
    Quoted,
    /// There is white space or an invisible character at its beginning or end.
    Surrounded,
    /// It is text in UTF-16, as some editors and shells save it.
    Utf16,
}

impl fmt::Display for SecretFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Placeholder => "is a common placeholder: put the provider's secret there",
            Self::Template => {
                "is a template that was not filled in: set the variable that it names before it is expanded"
            }
            Self::NoValue => "is the text of a missing value: set the value that it was made from",
            Self::Quoted => "stands in quotation marks: remove them",
            Self::Surrounded => "has white space, a line break or an invisible character at an end: remove it",
            Self::Utf16 => "is text in UTF-16: save it as UTF-8 without a byte order mark",
        })
    }
}

impl Error for SecretFault {}
