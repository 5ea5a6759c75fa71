"""Pictures: one chart definition (Altair) in the house's look, out as SVG for pages and PDF for reports."""
