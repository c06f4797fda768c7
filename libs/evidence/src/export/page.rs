//! The page that checks an export in a browser: one file that asks nothing of the network.

/// `verify.html`, the same in every export of this version: what it may load is said in its own policy, and that is nothing.
pub const PAGE: &str = concat!(
    "<!doctype html>\n<html lang=\"nl\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; ",
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<title>Regiohub: controle / check</title>\n<style>\n",
    include_str!("page/style.css"),
    "</style>\n</head>\n<body>\n",
    include_str!("page/body.html"),
    "<script>\n\"use strict\";\n",
    include_str!("page/hash.js"),
    "\n",
    include_str!("page/ed25519.js"),
    "\n",
    include_str!("page/zip.js"),
    "\n",
    include_str!("page/words.js"),
    "\n",
    include_str!("page/fork.js"),
    "\n",
    include_str!("page/schema.js"),
    "\n",
    include_str!("page/check.js"),
    "\n",
    include_str!("page/show.js"),
    "</script>\n</body>\n</html>\n",
);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use vocabulary::Service;

    /// Every keyword and format of a schema, except those that say nothing of what is refused.
    fn words(schema: &Value, found: &mut std::collections::BTreeSet<String>) {
        let says_nothing = ["$schema", "title", "description", "examples", "default", "const", "required"];
        let Some(own) = schema.as_object() else { return };
        for (name, below) in own.iter().filter(|(name, _)| !says_nothing.contains(&name.as_str())) {
            found.insert(name.clone());
            match below {
                Value::Object(all) if name == "properties" => all.values().for_each(|one| words(one, found)),
                Value::Array(all) => all.iter().for_each(|one| words(one, found)),
                Value::String(format) if name == "format" => drop(found.insert(format.clone())),
                below => words(below, found),
            }
        }
    }

    #[test]
    fn the_page_knows_every_keyword_and_format_of_every_schema() {
        let mut found = std::collections::BTreeSet::new();
        proto_schemas::contracts().iter().for_each(|contract| words(&contract.schema, &mut found));
        // Widths that a number of JSON has anyway.
        found.retain(|word| !word.starts_with("int") && !word.starts_with("uint"));
        let page = include_str!("page/schema.js");
        let missing: Vec<_> = found.iter().filter(|word| !page.contains(word.as_str())).collect();
        assert!(found.len() > 12 && missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn the_page_knows_every_service_whose_log_may_be_missing() {
        let all = Service::names().map(|name| format!("\"{name}\"")).join(", ");
        assert!(PAGE.contains(&format!("const SERVICES = [{all}];")), "{all}");
    }
}
