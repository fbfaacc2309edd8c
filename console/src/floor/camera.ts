// The camera: asked for, chosen, lit, and let go whenever nobody looks.
export type CameraFault = 'refused' | 'absent' | 'busy' | 'insecure' | 'broken';

export interface Camera {
	stream: MediaStream;
	id: string;
	all: readonly {id: string; name: string}[];
	light: boolean; // it has a torch
}

export function faultOf(e: unknown): CameraFault {
	const name = e instanceof DOMException ? e.name : '';
	if (name === 'NotAllowedError' || name === 'SecurityError')
		return 'refused';
	if (name === 'NotFoundError' || name === 'OverconstrainedError')
		return 'absent';
	return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'broken';
}

type Lit = MediaTrackCapabilities & {torch?: boolean};

export async function openCamera(id: string | null): Promise<Camera> {
	const size = {width: {ideal: 1280}, height: {ideal: 720}};
	const want = (v: MediaTrackConstraints) =>
		navigator.mediaDevices.getUserMedia({audio: false, video: {...size, ...v}});
	const behind = {facingMode: {ideal: 'environment'}};
	let stream: MediaStream;
	try {
		stream = await want(id ? {deviceId: {exact: id}} : behind);
	} catch (e) {
		// The one chosen last time is not there today.
		if (!id || faultOf(e) !== 'absent')
			throw e;
		stream = await want(behind);
	}
	const track = stream.getVideoTracks()[0];
	const devices = await navigator.mediaDevices.enumerateDevices();
	const can = track?.getCapabilities?.() as Lit | undefined;
	return {stream, id: track?.getSettings().deviceId ?? '', light: can?.torch === true,
		all: devices.filter((d) => d.kind === 'videoinput')
			.map((d, i) => ({id: d.deviceId, name: d.label || String(i + 1)}))};
}

export const closeCamera = (c: Camera) => c.stream.getTracks().forEach((t) => t.stop());

export async function setLight(c: Camera, on: boolean): Promise<void> {
	await c.stream.getVideoTracks()[0]?.applyConstraints(
		{advanced: [{torch: on} as MediaTrackConstraintSet]});
}
