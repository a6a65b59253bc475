//! Headers as lines of text: what `curl -v` prints, or what somebody copied from a log.

use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};

use super::add;

/// Reads `Name: value` lines, with a request line before them or not. When some lines begin with `> `, as those of
/// `curl -v` do, only these are read.
pub(crate) fn parse(text: &[u8]) -> Result<Parts, String> {
    let sent = |line: &'_ [u8]| line.starts_with(b"> ");
    let is_curl = text.split(|&byte| byte == b'\n').any(sent);
    let lines = text
        .split(|&byte| byte == b'\n')
        .filter_map(|line| if is_curl { line.strip_prefix(b"> ") } else { Some(line) });
    let mut request = Request::new(());
    let mut found = false;
    for line in lines.map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty()) {
        if let Some((method, uri)) = request_line(line) {
            *request.method_mut() = method;
            *request.uri_mut() = uri;
            continue;
        }
        let (name, value) = header(line)?;
        add(request.headers_mut(), name, value)?;
        found = true;
    }
    if found {
        Ok(request.into_parts().0)
    } else {
        Err("it contains no header".to_owned())
    }
}

/// Reads one `Name: value`.
pub(crate) fn header(line: &[u8]) -> Result<(HeaderName, HeaderValue), String> {
    let shown = || crate::term::PlainBytes(&line[..line.len().min(80)]).to_string();
    let colon = line.iter().position(|&byte| byte == b':');
    let colon = colon.ok_or_else(|| format!("`{}` is no header: it has no colon", shown()))?;
    let name = HeaderName::from_bytes(line[..colon].trim_ascii());
    let name = name.map_err(|_| format!("`{}` is no header: its name is invalid", shown()))?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
    let value = value.map_err(|_| format!("the value of {name} contains a control character"))?;
    Ok((name, value))
}

/// Reads the first line of a request.
pub(super) fn request_line(line: &[u8]) -> Option<(http::Method, http::Uri)> {
    let mut words = line.split(|&byte| byte == b' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !version.starts_with(b"HTTP/") {
        return None;
    }
    Some((
        http::Method::from_bytes(method).ok()?,
        http::Uri::try_from(target).ok()?,
    ))
}
