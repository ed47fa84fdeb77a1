// The page of words in a bundle for PyTorch. The program itself tells its flags.
import type { PreparedSample } from "../../protocol/dataset";
import type { Trial } from "../../protocol/training";

interface Contents {
  files: Record<string, string>;
  missing: Record<string, string>;
  notes: string[];
}

export function writeReadme(
  { id, settings, dataset }: Trial,
  sample: PreparedSample,
  contents: Contents,
  withFilms: boolean,
): string {
  const data = withFilms ? "" : " --data DIR";
  const films = withFilms
    ? "`films.bin` holds all films as the lab prepared them, so no folder is needed."
    : "`DIR` is the folder of films that was opened in the lab; each film is held against its checksum.";
  const { train, valid } = sample;
  const said = [...contents.notes, ...Object.values(contents.missing)];
  return `# Trial ${id} for PyTorch

${settings.arch} on ${sample.targets.join(", ")} of ${dataset.name}: ${train.slots.length} films to train on, ${valid.slots.length} to validate
with, at ${settings.imageSize} px. Needs Python 3.10, torch 1.13 or later and torchvision.

Repeat the trial, here by four processes:

    torchrun --nproc_per_node 4 train.py${data} --sync-bn

Begin again from its last weights, by the same recipe:

    torchrun --nproc_per_node 4 train.py${data} --sync-bn --continue --epochs 5 --max-lr 1e-4 --out on

torch 1.13 under Python 3.11 starts no processes but with \`torchrun --redirects 9:1 --tee 9:1\`: its torchrun does not
know that Python.

${films}
\`python3 train.py${data}\` runs one process; \`--resume\` goes on from the last checkpoint; \`--help\` lists the rest.

What comes out is kept in \`trained\`, or where \`--out\` says: on several machines (\`--nnodes\`) a folder that all of them see.

Films, their order, augmentation, mixup and dropout are drawn by the lab's own generator: they are the trial's, whatever the
number of processes, and a batch is the trial's batch, of which each process takes its share. What is summed in another order
differs in the last digits, so a long run comes to other weights, and to figures like the trial's.

The weights that come out (\`trained/trial-${id}-torch.safetensors\`) are taken by \`Choose weights file\` in the lab.
${said.map((sentence) => `\n- ${sentence}`).join("")}
`;
}
