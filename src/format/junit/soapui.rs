//! SoapUI writes what failed as HTML, of which names and addresses alone are escaped.

use super::producer::unescape;

/// What stands around the name of a step, and behind what it says.
const HEADING: &str = "<h3><b>";
const HEADING_END: &str = "</b></h3><pre>";
const STEP_END: &str = "</pre><hr/>";

/// What stands around an address, which is its own text.
const LINK: &str = "<a target=\"new\" href=\"";
const LINK_END: &str = "</a>";

/// Turns SoapUI's text of a failure into one without tags: each failed step under its name. Any other text stays.
pub(super) fn take_tags_off(text: &mut String) {
    if !text.trim_start().starts_with(HEADING) || !text.contains(HEADING_END) {
        return;
    }
    let mut plain = String::with_capacity(text.len());
    for step in text.split(HEADING).skip(1) {
        if !plain.is_empty() {
            plain.push('\n');
        }
        let (name, told) = step.split_once(HEADING_END).unwrap_or((step, ""));
        plain.push_str(&unescaped(name));
        plain.push('\n');
        let told = told.trim_end();
        push_without_links(told.strip_suffix(STEP_END).unwrap_or(told).trim_end(), &mut plain);
    }
    *text = plain;
}

fn push_without_links(told: &str, plain: &mut String) {
    let mut rest = told;
    while let Some((before, link)) = rest.split_once(LINK) {
        let Some((address, behind)) = link.split_once("\">").and_then(|(_, link)| link.split_once(LINK_END)) else {
            break;
        };
        plain.push_str(before);
        plain.push_str(&unescaped(address));
        rest = behind;
    }
    plain.push_str(rest);
}

fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    unescape(&mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let mut text = text.to_owned();
        take_tags_off(&mut text);
        text
    }

    #[test]
    fn each_step_stands_under_its_name() {
        let text = "<h3><b>Log &amp; pay Failed</b></h3><pre>[Status] code:500 <x>\r\nURL: <a target=\"new\" href=\"http://h/a?b=1&amp;c\">\
                    http://h/a?b=1&amp;c</a>\r\n</pre><hr/><h3><b>Check Failed</b></h3><pre>[Contains] no token\r\n</pre><hr/>";
        assert_eq!(
            plain(text),
            "Log & pay Failed\n[Status] code:500 <x>\r\nURL: http://h/a?b=1&c\nCheck Failed\n[Contains] no token"
        );
        // A text of which the end was left out.
        assert_eq!(
            plain("<h3><b>A Failed</b></h3><pre>one\r\nURL: <a target=\"new\" href=\"http"),
            "A Failed\none\r\nURL: <a target=\"new\" href=\"http"
        );
    }

    #[test]
    fn other_texts_stay() {
        for text in ["", "<h3><b>bold</b></h3>", "see <h3><b>A</b></h3><pre>", "<h3>a</h3>"] {
            assert_eq!(plain(text), text);
        }
    }
}
