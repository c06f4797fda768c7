//! Breaks paragraphs into lines and lines into pages.

use crate::font::Fonts;

/// A4 in points.
pub(crate) const PAPER: (f32, f32) = (595.28, 841.89);
const LEFT: f32 = 64.0;
const TOP: f32 = 66.0;
const BOTTOM: f32 = 764.0;
const WIDTH: f32 = PAPER.0 - 2.0 * LEFT;

/// How a run of text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    pub size: f32,
    pub bold: bool,
    pub grey: bool,
}

/// What a block of lines is, for those who have it read aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Heading(u16, String),
    Paragraph,
}

/// A run of text at its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub x: f32,
    pub y: f32,
    pub style: Style,
    pub text: String,
    pub block: usize,
}

/// Pages as they fill up.
pub(crate) struct Layout<'a> {
    fonts: &'a Fonts,
    pub pages: Vec<Vec<Run>>,
    pub blocks: Vec<Block>,
    y: f32,
}

impl<'a> Layout<'a> {
    pub fn new(fonts: &'a Fonts) -> Self {
        Self { fonts, pages: vec![vec![]], blocks: vec![], y: TOP }
    }

    /// Where headings are: block, page and height.
    pub fn headings(&self) -> impl Iterator<Item = (&str, usize, f32)> {
        self.blocks.iter().enumerate().filter_map(|(number, block)| {
            let Block::Heading(_, title) = block else { return None };
            let at = |page: &Vec<Run>| page.iter().find(|run| run.block == number).map(|run| run.y);
            let (page, y) = self.pages.iter().enumerate().find_map(|(page, runs)| Some((page, at(runs)?)))?;
            Some((title.as_str(), page, y))
        })
    }

    pub fn space(&mut self, points: f32) {
        self.y += points;
    }

    /// Starts a page unless so many points are left on this one.
    pub fn keep(&mut self, points: f32) {
        if self.y + points > BOTTOM {
            self.pages.push(vec![]);
            self.y = TOP;
        }
    }

    /// A heading in Dutch, with the English in grey behind it.
    pub fn heading(&mut self, level: u16, size: f32, dutch: &str, english: &str) {
        self.blocks.push(Block::Heading(level, dutch.to_owned()));
        let strong = Style { size, bold: true, grey: false };
        let soft = Style { size: size * 0.8, bold: false, grey: true };
        self.keep(size * 4.0);
        let behind = LEFT + self.fonts.width(dutch, strong) + size * 0.5;
        self.put(LEFT, strong, format!("{dutch} "));
        self.put(behind, soft, english.to_owned());
        self.y += size * 1.35;
    }

    /// A paragraph of lines, broken where they do not fit.
    pub fn paragraph(&mut self, style: Style, indent: f32, text: &str) {
        self.blocks.push(Block::Paragraph);
        for line in text.lines() {
            for part in broken(self.fonts, style, WIDTH - indent, line) {
                self.keep(style.size * 1.4);
                self.put(LEFT + indent, style, part);
                self.y += style.size * 1.4;
            }
        }
    }

    /// Something short, and what it stands for in a second column.
    pub fn row(&mut self, style: Style, column: f32, name: &str, value: &str) {
        self.blocks.push(Block::Paragraph);
        self.keep(style.size * 1.5);
        let grey = Style { grey: true, ..style };
        self.put(LEFT, grey, format!("{name} "));
        for part in broken(self.fonts, style, WIDTH - column, value) {
            self.keep(style.size * 1.4);
            self.put(LEFT + column, style, part);
            self.y += style.size * 1.4;
        }
    }

    fn put(&mut self, x: f32, style: Style, text: String) {
        let (y, block) = (self.y, self.blocks.len() - 1);
        if let Some(page) = self.pages.last_mut() {
            page.push(Run { x, y, style, text, block });
        }
    }
}

/// Lines of at most `width`, each but the last with the space it was broken at. A word that is wider by
/// itself is broken within, so that nothing runs off the paper.
fn broken(fonts: &Fonts, style: Style, width: f32, text: &str) -> Vec<String> {
    let (mut lines, mut line, mut filled) = (Vec::new(), String::new(), 0.0);
    for word in text.split_inclusive(' ') {
        let mut breaks = !line.is_empty() && filled + fonts.width(word.trim_end(), style) > width;
        for letter in word.chars() {
            let letter_width = fonts.width(letter.encode_utf8(&mut [0; 4]), style);
            breaks |= letter != ' ' && filled + letter_width > width;
            if std::mem::take(&mut breaks) {
                lines.push(std::mem::take(&mut line));
                filled = 0.0;
            }
            line.push(letter);
            filled += letter_width;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { size: 10.0, bold: false, grey: false };

    #[test]
    fn no_line_is_wider_than_asked_and_nothing_is_lost() {
        let fonts = Fonts::bundled().unwrap();
        let text = format!("Een zin met woorden en {} erin.", "w".repeat(200));
        let lines = broken(&fonts, PLAIN, 120.0, &text);
        assert!(lines.iter().all(|line| fonts.width(line.trim_end(), PLAIN) <= 120.0));
        assert_eq!(lines.concat(), text);
    }

    #[test]
    fn a_line_of_spaces_is_broken_in_linear_time() {
        let fonts = Fonts::bundled().unwrap();
        let began = std::time::Instant::now();
        let lines = broken(&fonts, PLAIN, 120.0, &" ".repeat(200_000));
        // Measured again at each letter it would take an hour.
        assert!(began.elapsed() < std::time::Duration::from_secs(30), "{:?}", began.elapsed());
        assert_eq!(lines.concat().len(), 200_000);
    }

    #[test]
    fn a_full_page_is_followed_by_another() {
        let fonts = Fonts::bundled().unwrap();
        let mut layout = Layout::new(&fonts);
        (0..60).for_each(|_| layout.paragraph(PLAIN, 0.0, "Regel"));
        assert_eq!(layout.pages.len(), 2);
        assert!(layout.pages.iter().flatten().all(|run| run.y <= BOTTOM));
    }
}
