// Files on their way from the form to the page that sends them: a browser
// gives no other way to keep them when the page changes.
export interface Waiting {
	manifest: File;
	signature: File | undefined;
	label: string | undefined; // of a claim code made here: its only copy
}

const waiting = new Map<string, Waiting>();

export const handOver = (upload: string, files: Waiting) => waiting.set(upload, files);
export const takeOver = (upload: string) => waiting.get(upload);
export const forget = (upload: string) => waiting.delete(upload);
