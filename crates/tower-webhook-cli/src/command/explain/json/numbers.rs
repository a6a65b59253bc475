//! The manners of writing a number.

/// Longer numbers stay as they are: no program writes them back after reading them as floating point.
const MAX_LENGTH: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Numbers {
    /// As the text was.
    Kept,
    /// As JavaScript does: `1.0` is `1`, `1e3` is `1000`, `1.50` is `1.5`.
    JavaScript,
    /// As Python does: as JavaScript, but a number that was no integer keeps `.0`.
    Python,
    /// An integer gets `.0`.
    Point,
    /// An integer gets `.00`, and a number with one decimal a second one, as amounts of money have.
    Cents,
    /// Thousands are powers of ten: `1000` is `1e3`.
    Power(&'static str),
}

impl Numbers {
    /// What it does, unless that is nothing.
    pub(in super::super) fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Kept => return None,
            Self::JavaScript => "numbers as JavaScript writes them (1 for 1.0)",
            Self::Python => "numbers as Python writes them (1000.0 for 1e3)",
            Self::Point => "integers with .0",
            Self::Cents => "numbers with two decimals",
            Self::Power(_) => "thousands as powers of ten (1e3 for 1000)",
        })
    }

    /// The number in this manner, or `None` when that is the text as it is.
    pub(in super::super) fn rewrite(self, text: &str) -> Option<String> {
        if self == Self::Kept || text.len() > MAX_LENGTH {
            return None;
        }
        let is_integer = !text.contains(['.', 'e', 'E']);
        match self {
            Self::Kept => None,
            // Most numbers, and no program writes them in another way.
            Self::JavaScript if is_integer && text.len() < 16 && !text.starts_with(['0', '-']) => None,
            Self::JavaScript => text.parse().ok().and_then(javascript),
            Self::Python if is_integer => None,
            Self::Python => text.parse().ok().and_then(python),
            Self::Point => is_integer.then(|| format!("{text}.0")),
            Self::Cents if is_integer => Some(format!("{text}.00")),
            Self::Cents => {
                let (_, decimals) = text.split_once('.')?;
                (decimals.len() == 1).then(|| format!("{text}0"))
            }
            Self::Power(e) => {
                let digits = text.trim_end_matches('0');
                let zeros = text.len() - digits.len();
                let is_round = is_integer && zeros > 1 && !matches!(digits, "" | "-");
                is_round.then(|| format!("{digits}{e}{zeros}"))
            }
        }
    }
}

/// Whether a text is a number of JSON.
pub(super) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (integer, decimals) = match mantissa.split_once('.') {
        Some((integer, decimals)) => (integer, Some(decimals)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    digits(integer) && decimals.is_none_or(digits) && exponent.is_none_or(digits)
}

/// The shortest digits of a finite number, without a point, and the power of ten of the first one.
fn shortest(number: f64) -> Option<(String, i32)> {
    let text = format!("{:e}", number.is_finite().then_some(number)?.abs());
    let (digits, exponent) = text.split_once('e')?;
    Some((digits.replace('.', ""), exponent.parse().ok()?))
}

/// ECMA-262, `Number::toString`.
fn javascript(number: f64) -> Option<String> {
    let (digits, exponent) = shortest(number)?;
    let sign = if number < 0.0 { "-" } else { "" };
    let text = match exponent {
        -6..=20 => plain(&digits, exponent),
        _ => power(&digits, exponent, 1),
    };
    Some(format!("{sign}{text}"))
}

/// Python's `float.__repr__`.
fn python(number: f64) -> Option<String> {
    let (digits, exponent) = shortest(number)?;
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let text = match exponent {
        -4..=15 => plain(&digits, exponent),
        _ => power(&digits, exponent, 2),
    };
    let point = if text.contains(['.', 'e']) { "" } else { ".0" };
    Some(format!("{sign}{text}{point}"))
}

fn plain(digits: &str, exponent: i32) -> String {
    let whole = usize::try_from(exponent + 1).unwrap_or(0);
    if whole == 0 {
        let zeros = usize::try_from(-1 - exponent).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    }
    match digits.split_at_checked(whole) {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, decimals)) => format!("{whole}.{decimals}"),
        None => format!("{digits:0<whole$}"),
    }
}

fn power(digits: &str, exponent: i32, width: usize) -> String {
    let (first, more) = digits.split_at(1);
    let point = if more.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{more}e{sign}{:0width$}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_javascript_and_python_write_them() {
        // Seen in Node.js 20 (`JSON.stringify`) and Python 3.11 (`json.dumps`).
        for (text, javascript, python) in [
            ("1.0", "1", "1.0"),
            ("1e3", "1000", "1000.0"),
            ("1.50", "1.5", "1.5"),
            ("-0.25", "-0.25", "-0.25"),
            ("1e16", "10000000000000000", "1e+16"),
            ("1E21", "1e+21", "1e+21"),
            ("0.00001", "0.00001", "1e-05"),
            ("0.0000001", "1e-7", "1e-07"),
            ("123456.789e2", "12345678.9", "12345678.9"),
            ("-0.0", "0", "-0.0"),
        ] {
            assert_eq!(Numbers::JavaScript.rewrite(text).as_deref(), Some(javascript), "{text}");
            assert_eq!(Numbers::Python.rewrite(text).as_deref(), Some(python), "{text}");
        }
    }

    #[test]
    fn a_number_that_no_program_writes_stays_as_it_is() {
        for text in ["1e999", &"9".repeat(100), &format!("1{}", "0".repeat(400))] {
            assert_eq!(Numbers::JavaScript.rewrite(text), None, "{text}");
            assert_eq!(Numbers::Power("e").rewrite(text), None, "{text}");
        }
    }

    #[test]
    fn only_numbers_of_json_are_numbers() {
        for text in ["0", "-1", "1.5", "1e3", "1E+3", "-1.25e-10"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "1.", ".5", "1e", "+1", "0x1", "NaN", "1e+", "--1", "1.5.2"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
