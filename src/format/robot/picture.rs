//! Pictures and files that messages show.

use crate::model::{Attachment, Content, List};

use super::html::{self, Attribute};

/// Attachments of one test that are kept.
const MOST: usize = 1000;

/// Adds what the HTML of a message shows or links to: pictures inside it, files beside the report, pictures elsewhere.
/// `pictures` counts those of the test that came without a name.
pub(super) fn add_all(message: &str, attachments: &mut List<Attachment>, pictures: &mut usize) {
    for (attribute, address) in html::references(message) {
        if attachments.len() >= MOST {
            return;
        }
        if let Some(picture) = address.strip_prefix("data:") {
            add_embedded(picture, attachments, pictures);
        } else if has_scheme(address) {
            // What can only be followed is no evidence.
            if attribute == Attribute::Source && address.starts_with("http") {
                add_once(Content::Link, address, attachments);
            }
        } else if !address.starts_with("//") {
            add_once(Content::Path, html::path(address).trim(), attachments);
        }
    }
}

/// A picture in base64, named by its number in the test (decision 20).
fn add_embedded(address: &str, attachments: &mut List<Attachment>, pictures: &mut usize) {
    let Some((head, data)) = address.split_once(',') else { return };
    let Some(head) = head.strip_suffix(";base64") else { return };
    let media_type = head.split(';').next().unwrap_or("").trim();
    *pictures += 1;
    let attachment = attachments.add();
    attachment.name = format!("screenshot-{pictures}.{}", extension(media_type));
    attachment.media_type.push_str(media_type);
    attachment.content = Content::Base64;
    attachment.data.push_str(data);
}

fn extension(media_type: &str) -> &str {
    let subtype = media_type.split('/').nth(1).unwrap_or("");
    let name = subtype.split('+').next().unwrap_or("");
    match name {
        "jpeg" => "jpg",
        "" => "bin",
        name if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => name,
        _ => "bin",
    }
}

/// The same file twice is one attachment: a picture mostly links to itself.
fn add_once(content: Content, data: &str, attachments: &mut List<Attachment>) {
    if data.is_empty() || attachments.iter().any(|known| known.content == content && known.data == data) {
        return;
    }
    let attachment = attachments.add();
    attachment.content = content;
    attachment.data.push_str(data);
}

/// Whether the address begins with a scheme such as `https:`; a single letter is a drive.
fn has_scheme(address: &str) -> bool {
    let scheme = address.split(['/', '?', '#']).next().unwrap_or("").split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(message: &str) -> Vec<(String, Content, String)> {
        let mut attachments = List::default();
        add_all(message, &mut attachments, &mut 0);
        attachments.iter().map(|found| (found.name.clone(), found.content, found.data.clone())).collect()
    }

    #[test]
    fn pictures_files_and_links_are_told_apart() {
        let message = "<img src=\"data:image/jpeg;base64,AA==\"><a href=\"a%20b.png\"><img src='a%20b.png'></a>\
            <a href=\"https://example.org/x\">x</a><img src=\"https://example.org/y.png\"><a href=\"#s1\">up</a>\
            <a href=\"javascript:void(0)\">z</a><img src=\"data:image/svg+xml;base64,PA==\">\
            <img src=\"data:text/plain,no\">";
        let expected = [
            ("screenshot-1.jpg", Content::Base64, "AA=="),
            ("", Content::Path, "a b.png"),
            ("", Content::Link, "https://example.org/y.png"),
            ("screenshot-2.svg", Content::Base64, "PA=="),
        ];
        let expected: Vec<_> = expected.iter().map(|(a, b, c)| (a.to_string(), *b, c.to_string())).collect();
        assert_eq!(found(message), expected);
    }
}
