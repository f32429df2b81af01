// A vertex of a person, with its place on the body at rest, on which cloth is patterned.
uniform mat4 matrix;

in vec3 place;
in vec3 normal;
in vec3 rest;
in vec4 tint;

out vec3 facing;
out vec3 cloth;
out vec4 color;

void main() {
    facing = normal;
    cloth = rest;
    color = tint;
    gl_Position = matrix * vec4(place, 1.0);
}
