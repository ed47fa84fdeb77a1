// Mantine's theme: its controls wear the tokens of theme.css. It names no colour itself.
import { Button, Checkbox, createTheme, NativeSelect, TextInput } from "@mantine/core";

const accents: Record<string, Record<string, string>> = {
  filled: {
    "--button-bg": "var(--accent)",
    "--button-hover": "var(--accent-hover)",
    "--button-color": "var(--on-accent)",
    "--button-bd": "1px solid transparent",
  },
  default: {
    "--button-bg": "transparent",
    "--button-hover": "var(--raised)",
    "--button-color": "var(--ink)",
    "--button-bd": "1px solid var(--button-line, var(--line))",
  },
  subtle: {
    "--button-bg": "transparent",
    "--button-hover": "var(--raised)",
    "--button-color": "var(--muted)",
    "--button-bd": "1px solid transparent",
  },
};

export const theme = createTheme({
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  defaultRadius: 7,
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { variant: "default" },
      vars: (_theme, { variant }) => ({ root: accents[variant ?? "default"] ?? {} }),
    }),
    NativeSelect: NativeSelect.extend({ defaultProps: { size: "xs" } }),
    TextInput: TextInput.extend({ defaultProps: { size: "xs" } }),
    Checkbox: Checkbox.extend({
      defaultProps: { size: "xs" },
      vars: () => ({ root: { "--checkbox-color": "var(--accent)", "--checkbox-icon-color": "var(--on-accent)" } }),
    }),
  },
});
