//! The accidents, the most usual first: what causes each, and how to fix it.
//!
//! An accident comes before those that undo it by the way: JSON that is re-serialised has no CR, and no blanks at its
//! ends, and a body without any line breaks has none there.

use super::case::Case;
use super::head::{Difference, repair};
use super::trial::{Trials, none};
use super::{body, charset, forms, provider, reserialised, scratch, secret_key, secret_text, time, url, wrapped};

/// Something that makes a signature wrong, and changes that would make it right again.
pub(super) struct Accident {
    pub(super) name: &'static str,
    /// What usually causes it.
    pub(super) cause: &'static str,
    /// How to prevent it for good.
    pub(super) fix: &'static str,
    pub(super) part: Part,
    /// Whether it is tried together with one of another part.
    pub(super) is_usual: bool,
    pub(super) trials: for<'a> fn(&'a Case) -> Trials<'a>,
}

/// What an accident changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Head,
    /// What is taken out of the body, so that another accident may be inside.
    Wrapping,
    Body,
    /// The body, at its ends or its line breaks alone.
    Ends,
    Secret,
    /// By which rules the request is read.
    Scheme,
    /// Nothing: the signature is right. The verdict shows it, without a trial.
    Right,
}

macro_rules! accidents {
    ($($name:literal $part:ident $usual:literal $trials:expr; $cause:literal $fix:literal)*) => {
        &[$(Accident {
            name: $name,
            part: Part::$part,
            is_usual: $usual,
            trials: $trials,
            cause: $cause,
            fix: $fix,
        }),*]
    };
}

/// The accident with this name, which is one of the table.
pub(super) fn named(name: &str) -> &'static Accident {
    let mut accidents = ACCIDENTS.iter();
    accidents
        .find(|accident| accident.name == name)
        .expect("the table has it")
}

#[rustfmt::skip]
pub(super) static ACCIDENTS: &[Accident] = accidents! {
    "trailing_newline" Ends true body::trailing_newline;
        "an editor, `echo` or a template added the line break at the end of the body, or something trimmed it"
        "verify the bytes as they arrived; write test bodies with `printf %s`, and sign the file that is sent"
    "secret_white_space" Secret true secret_text::white_space;
        "white space was copied along with the secret, or came from a file or a YAML block"
        "store the secret without the white space, or trim it where it is read"
    "secret_line_break" Secret true secret_text::line_break;
        "the secret at the sender ends with a line break, or the file with the secret has several lines"
        "make a new secret, and store it on both sides without a line break"
    "secret_quoted" Secret true secret_text::quoted;
        "the quotation marks of an env file or of a shell became a part of the secret"
        "remove the quotation marks: Docker's --env-file, for example, keeps them"
    "secret_assignment" Secret true secret_text::assignment;
        "a whole line of an env file (`NAME=secret`) was stored as the secret"
        "store the part behind the equals sign alone"
    "surrounding_space" Ends true body::surrounding_space;
        "white space at an end of the body was added or trimmed"
        "verify the bytes as they arrived"
    "line_breaks" Ends true body::line_breaks;
        "Git, an editor, or a file opened in text mode rewrote the line breaks (CR LF and LF)"
        "read the body in binary mode; for saved bodies, set `-text` in .gitattributes"
    "bom" Ends true charset::bom;
        "a byte order mark was added or removed: editors and .NET's StreamWriter write one, many readers drop it"
        "verify the bytes as they arrived; write UTF-8 without a byte order mark"
    "json_spaced" Body true reserialised::spaced;
        "the body was parsed and written again without the spaces that the sender has, as JSON.stringify does"
        "verify the raw bytes before anything parses them (express.raw, request.get_data(), request.body)"
    "json_compact" Body true reserialised::compact;
        "the body was parsed and written again with white space, as Python's json.dumps does"
        "verify the raw bytes before anything parses them (express.raw, request.get_data(), request.body)"
    "json_indented" Body true reserialised::indented;
        "the body was parsed and written again without the indent that the sender has"
        "verify the raw bytes before anything parses them; log bodies, but do not verify the log"
    "other_provider" Scheme true provider::other_provider;
        "the request is signed by the scheme of another provider"
        "choose the scheme of the provider that sends to this endpoint"
    "other_endpoint_secret" Secret true provider::other_endpoint;
        "each endpoint has a secret of its own, and this request was signed with that of another one"
        "use the secret that the provider shows for this endpoint; test and live mode differ as well"
    "time_left_out" Scheme true time::left_out;
        "the sender signed the body without the time (or the id) that this scheme signs with it"
        "sign the time, as the scheme prescribes: without it a recorded request can be replayed forever"
    "time_added" Scheme true time::added;
        "the sender signed a time with the body, as other schemes do, and this scheme signs the body alone"
        "sign the body alone, or verify by the scheme that the sender follows"
    "other_hash" Scheme true scratch::other_hash;
        "the sender signs with another hash, or this is an older header of the provider, with SHA-1"
        "sign with the hash of the scheme; of two headers take the newer one (X-Hub-Signature-256, not X-Hub-Signature)"
    "secret_prefix" Secret true secret_text::prefix;
        "`whsec_`, `v1,` or another prefix was kept where the sender cuts it, or cut where the sender keeps it"
        "store the secret exactly as the provider shows it, and let the library of the scheme treat the prefix"
    "secret_base64_decoded" Secret true secret_key::base64_decoded;
        "the sender decodes the secret from base64, and the receiver uses its text"
        "decode the secret before it keys the MAC, or choose the scheme that does"
    "secret_not_decoded" Secret true secret_key::not_decoded;
        "the scheme decodes the secret from base64 or hex, and the sender uses its text as it is"
        "use the text as the key: make the secret from the base64 or hex of that text, or sign with the decoded key"
    "secret_hex_decoded" Secret true secret_key::hex_decoded;
        "the sender decodes the secret from hex, and the receiver uses its text"
        "decode the secret before it keys the MAC"
    "signature_upper_case" Head true |case| repair(case, Difference::UpperCase);
        "the MAC was written in upper-case hex, as many libraries of .NET and Java do"
        "write lower-case digits at the sender; a receiver that accepts both is lenient for no gain"
    "signature_prefix_missing" Head true |case| repair(case, Difference::PrefixMissing);
        "the sender wrote the MAC without its prefix, or something cut it"
        "write the prefix at the sender; pass the header on as it came"
    "signature_prefix_doubled" Head true |case| repair(case, Difference::PrefixDoubled);
        "the prefix was added to a MAC that had it already"
        "write the prefix once"
    "signature_percent_encoded" Head true |case| repair(case, Difference::PercentEncoded);
        "the value was percent-encoded, or decoded as a form, which makes a space of `+`"
        "pass the value on as it came"
    "signature_base64_for_hex" Head true |case| repair(case, Difference::Base64ForHex);
        "the sender wrote the MAC in base64, and the scheme has hex"
        "write hex digits at the sender (hexdigest, digest('hex'))"
    "signature_hex_for_base64" Head true |case| repair(case, Difference::HexForBase64);
        "the sender wrote the MAC in hex, or the base64 of its hex digits, and the scheme has base64"
        "encode the 32 bytes of the MAC in base64 at the sender, not their digits"
    "signature_quoted" Head true |case| repair(case, Difference::Quoted);
        "the value was put into quotation marks, most often by a shell or a JSON encoder"
        "write the value without quotation marks"
    "signature_spaces" Head true |case| repair(case, Difference::Spaces);
        "there is white space within the value: a template, or a proxy that joined a list"
        "write the value without white space; pass the header on as it came"
    "signature_twice" Head true |case| repair(case, Difference::Twice);
        "the header occurs twice, or its values were joined: a proxy or a middleware added it again"
        "send the header once, and let proxies set headers rather than add them"
    "signature_base64_url" Head true |case| repair(case, Difference::Base64Url);
        "the MAC is in the other alphabet of base64 than the scheme has: `-` and `_` for `+` and `/`, or the reverse"
        "write the alphabet and the padding of the scheme at the sender"
    "signature_unpadded" Head true |case| repair(case, Difference::Unpadded);
        "the padding (`=`) at the end of the base64 is missing: a library left it out, or a parser of lists cut it"
        "write the padding at the sender; split `name=value` at the first equals sign alone"
    "signature_prefix_other" Head true |case| repair(case, Difference::PrefixOther);
        "another text stands before the MAC than the scheme prescribes"
        "write the prefix of the scheme, in its case"
    "signature_header_renamed" Head true provider::renamed;
        "the header arrived under another name: a gateway renamed it, or the sender has a name of its own"
        "pass the header on under its own name, or verify with `--scheme hmac --signature-header NAME`"
    "base64_coded_body" Wrapping true wrapped::base64_coded;
        "the body is base64: API Gateway and Lambda hand binary bodies over so (isBase64Encoded)"
        "decode it when isBase64Encoded is true, before it is verified"
    "base64_decoded_body" Body false wrapped::base64_decoded;
        "the sender sends and signs base64 text, and something decoded it"
        "verify the text as it arrived, and decode it afterwards"
    "gzip" Wrapping true wrapped::gzip;
        "the body is compressed, and the sender signed it before it was"
        "decompress before the verification: put the decompressing layer outside"
    "latin1" Body true charset::latin1;
        "UTF-8 was read as Latin-1 or Windows-1252 and written again: the default of a servlet, a database, a tool"
        "verify bytes, not text; if it must be text, read and write it as UTF-8"
    "json_sorted_keys" Body true reserialised::sorted_keys;
        "the sender signed the keys in another order than they arrived in: a map or a database ordered them"
        "sign the bytes that are sent; verify the raw bytes before anything parses them"
    "json_escapes" Body true reserialised::escapes;
        "the body was parsed and written again with other escapes (\\u00e9, \\/, \\u003c) than the sender has"
        "verify the raw bytes before anything parses them"
    "json_numbers" Body true reserialised::numbers;
        "the body was parsed and written again with numbers in another form (1.0 and 1, 1e3 and 1000)"
        "verify the raw bytes before anything parses them"
    "json_in_form" Wrapping true forms::json_in_form;
        "the body is a form with the JSON in a field (`payload=..`), or was one before something took the JSON out"
        "verify the whole body as it arrived, or set the content type of the webhook to application/json"
    "form_as_json" Body true forms::form_as_json;
        "a form was parsed, and its fields were written as JSON (body-parser, $_POST), or the reverse"
        "verify the raw bytes of the form before anything parses them"
    "form_reencoded" Body true forms::form_reencoded;
        "a form was parsed and encoded again: `+` and `%20`, lower-case digits, or the order of fields differ"
        "verify the raw bytes of the form before anything parses them"
    "json_as_string" Wrapping true wrapped::json_string;
        "the JSON was encoded once more, into a string: JSON.stringify of a text, or a queue between"
        "verify the text inside of the string, or do not encode it twice"
    "percent_coded_body" Body false forms::percent_coded;
        "the body was percent-decoded, or encoded, on its way"
        "verify the bytes as they arrived"
    "nul" Body true body::nul;
        "a NUL byte at the end: the length of a C string or of a buffer was used instead of that of the body"
        "take as many bytes as Content-Length says"
    "beyond_length" Wrapping true body::beyond_length;
        "there are more bytes than Content-Length says: the rest of a buffer, or of a file"
        "take as many bytes as Content-Length says"
    "chunked_framing" Wrapping true wrapped::chunked;
        "the sizes of HTTP's chunks are in the body: it was taken from the socket, or recorded there"
        "let an HTTP library read the body"
    "envelope" Wrapping true wrapped::envelope;
        "the body is the event of a gateway or a queue, and the signed body is one of its members"
        "verify the member, decoded if the event says so"
    "python_bytes" Wrapping true wrapped::python_bytes;
        "str(body) was used in Python, which shows bytes as `b'..'`"
        "use the bytes, or body.decode()"
    "utf16" Body false charset::utf16;
        "the body was written as UTF-16, or read from it: PowerShell's `>` and Windows APIs do so"
        "verify the bytes as they arrived"
    "time_in_milliseconds" Head true time::in_milliseconds;
        "the time is in milliseconds (Date.now()), and the scheme has seconds"
        "write whole seconds: Math.floor(Date.now() / 1000)"
    "time_in_seconds" Head true time::in_seconds;
        "the time is in seconds, and the scheme has milliseconds"
        "write milliseconds: Date.now()"
    "time_missing" Head true time::missing;
        "the header of the time, which is signed, did not arrive"
        "send it, and let proxies pass it on"
    "time_as_date" Head true time::as_date;
        "the time was written in another form than was signed: a date, a number, or one with a fraction"
        "write the time in the form of the scheme"
    "url" Head true url::rewritten;
        "the URL is signed, and a proxy rewrote it: scheme, host, port, slash at the end, path, order of the query"
        "verify with the public URL that the provider was given"
    "method" Head false url::method;
        "the method is signed, and the request was passed on with another one, or a redirect changed it"
        "verify with the method that was sent, and register the URL without a redirect"
    "secret_case" Secret false secret_text::case_of_letters;
        "the secret was written in another case"
        "store the secret exactly as the provider shows it"
    "secret_escaped" Secret false secret_text::escaped;
        "escapes became a part of the secret: `\\n`, `\\$`, `$$`, `&amp;`"
        "store the secret in a way that needs no escapes, such as a file"
    "secret_url_encoded" Secret false secret_text::url_encoded;
        "the secret was percent-encoded, or decoded, as a part of a URL or a form"
        "store the secret exactly as the provider shows it"
    "secret_encoding" Secret false secret_text::encoding;
        "the secret is in another character encoding: UTF-16 from PowerShell or Notepad, or Latin-1"
        "save the secret as UTF-8 without a byte order mark"
    "secret_encoded" Secret false secret_key::encoded;
        "the sender encodes the secret in base64 or hex before it keys the MAC"
        "agree on the bytes of the key: use the encoded text on both sides, or none"
    "other_recipe" Scheme false provider::other_recipe;
        "the sender signs what another provider's scheme signs, under this header"
        "sign the body as the scheme of this header prescribes"
    "placeholder_body" Body false body::placeholder;
        "the sender signed an empty body, or the text of a missing one, and sent another"
        "serialise once, and sign the bytes that are sent"
    "json_by_another_program" Body false reserialised::by_another_program;
        "the body was parsed and written again by another program, which changes several things at once"
        "verify the raw bytes before anything parses them (express.raw, request.get_data(), request.body)"
    "older_secret" Right false |_| none();
        "the secret was rotated, and the sender still signs with an older one of the set"
        "keep the older secret in the set of the receiver until the sender has changed over"
    "time_in_future" Right false |_| none();
        "a clock is wrong, at the sender or here"
        "let both clocks follow a time server (NTP)"
    "time_stale" Right false |_| none();
        "the request was recorded or queued before it was verified, or the clock here is fast"
        "verify when the request arrives, not later; let the clock follow a time server (NTP)"
};
