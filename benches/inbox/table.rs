//! The figures as a table: medians, and what they are compared with in the same runs.

/// One figure.
pub(crate) struct Row {
    backend: String,
    what: String,
    figure: String,
    figures: Vec<f64>,
    beside: String,
    ratio: String,
    reach: String,
    is_within: bool,
}

impl Row {
    pub(crate) fn new(backend: &str, what: &str) -> Self {
        Self {
            backend: backend.to_owned(),
            what: what.to_owned(),
            figure: String::new(),
            figures: Vec::new(),
            beside: String::new(),
            ratio: String::new(),
            reach: String::new(),
            is_within: true,
        }
    }

    /// The figures of all runs, in deliveries a second.
    pub(crate) fn a_second(mut self, figures: &[f64]) -> Self {
        self.figures = figures.to_vec();
        self.figure = format!("{}/s", spread(figures, 0));
        self
    }

    /// What else was measured in the same runs, and the ratio that is to be reached. Zero asks for none.
    pub(crate) fn beside(mut self, name: &str, others: &[f64], reach: f64) -> Self {
        if others.is_empty() {
            return self;
        }
        let ratios: Vec<f64> = self
            .figures
            .iter()
            .zip(others)
            .map(|(ours, other)| ours / other)
            .collect();
        self.beside = format!("{name}: {}/s", spread(others, 0));
        self.ratio = spread(&ratios, 2);
        if reach > 0.0 {
            self.reach = format!("{reach}x");
            self.is_within = median(&ratios) >= reach;
        }
        self
    }

    pub(crate) fn milliseconds(mut self, figures: &[f64], reach: f64) -> Self {
        self.figure = format!("{} ms", spread(figures, 1));
        self.reach = format!("{reach} ms");
        self.is_within = median(figures) <= reach;
        self
    }

    pub(crate) fn mib(mut self, figure: f64, reach: Option<f64>) -> Self {
        self.figure = format!("{figure:.0} MiB");
        if let Some(reach) = reach {
            self.reach = format!("{reach:.0} MiB");
            self.is_within = figure <= reach;
        }
        self
    }

    pub(crate) fn share(mut self, figure: f64, reach: f64) -> Self {
        self.figure = format!("{figure:.2}x");
        self.reach = format!("{reach}x");
        self.is_within = figure <= reach;
        self
    }
}

pub(crate) fn print(rows: &[Row]) {
    println!("| backend | what | figure | beside | ratio | reach | |\n|---|---|---|---|---|---|---|");
    for row in rows {
        let verdict = match (row.reach.is_empty(), row.is_within) {
            (true, _) => "",
            (false, true) => "ok",
            (false, false) => "under its reach",
        };
        println!(
            "| {} | {} | {} | {} | {} | {} | {verdict} |",
            row.backend, row.what, row.figure, row.beside, row.ratio, row.reach
        );
    }
    println!();
}

/// The median, with the least and the most where there are several.
fn spread(figures: &[f64], digits: usize) -> String {
    let (least, most) = figures
        .iter()
        .fold((f64::MAX, f64::MIN), |(least, most), &it| (least.min(it), most.max(it)));
    match figures.len() {
        0 => "-".to_owned(),
        1 => format!("{:.digits$}", figures[0]),
        _ => format!("{:.digits$} ({least:.digits$} to {most:.digits$})", median(figures)),
    }
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
