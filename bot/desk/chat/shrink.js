// A photo made smaller before it is sent, and a small one to look at; for the chat page and the desk.

const LONGEST_SIDE = 2200;
const SMALL_ENOUGH = 900 * 1024;

/** A large photo as a JPEG of at most 2200 pixels a side, without what the camera wrote; all else as it is. */
export async function shrink(file) {
  if (!file.type.startsWith("image/")) return { file, preview: "" };
  try {
    const image = await createImageBitmap(file);
    const preview = drawn(image, 320).toDataURL("image/jpeg", 0.7);
    if (file.size <= SMALL_ENOUGH || file.type === "image/gif") return { file, preview };
    const small = await new Promise((resolve) => drawn(image, LONGEST_SIDE).toBlob(resolve, "image/jpeg", 0.85));
    return { file: small && small.size < file.size ? small : file, preview };
  } catch {
    return { file, preview: "" }; // a format this browser cannot open: the desk may
  }
}

function drawn(image, most) {
  const share = Math.min(1, most / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * share));
  canvas.height = Math.max(1, Math.round(image.height * share));
  const paint = canvas.getContext("2d");
  paint.fillStyle = "#fff";
  paint.fillRect(0, 0, canvas.width, canvas.height);
  paint.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
