// Before anything is painted: the ground is that of the theme that was chosen (src/ui/App.tsx keeps it). Does nothing later on.
document.documentElement.setAttribute(
  "data-mantine-color-scheme",
  localStorage.getItem("roentgen-lab-theme") === "light" ? "light" : "dark",
);
