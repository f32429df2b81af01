// A square on the floor: the whole floor, or one instance's soft spot (position, radius).
uniform mat4 matrix;

in vec2 corner;
in vec4 spot;
in float strength;

out vec2 at;
out vec2 inside;
out float depth;

void main() {
    vec3 world = spot.xyz + spot.w * vec3(corner.x, 0.0, corner.y);
    at = world.xz;
    inside = corner;
    depth = strength;
    gl_Position = matrix * vec4(world, 1.0);
}
