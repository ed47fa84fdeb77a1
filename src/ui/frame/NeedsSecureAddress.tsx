// What stands in the lab's place where the browser would give it neither WebGPU nor storage because of the address it was opened by.
export function NeedsSecureAddress() {
  return (
    <main style={{ maxWidth: "70ch", margin: "12vh auto", padding: "0 20px" }}>
      <h1>Roentgen Lab cannot run at this address</h1>
      <p>
        It was opened over plain http from another computer. Browsers give WebGPU and storage only to pages of https:// and of the
        computer that they run on: serve the lab under https://, or open it as http://localhost there where it is served.
      </p>
    </main>
  );
}
