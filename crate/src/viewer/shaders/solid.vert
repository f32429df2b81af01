// One mesh, many solids: each instance stretches it from `from` to `to` (position, half thickness).
uniform mat4 matrix;

in vec4 place;  // direction out of the axis (along, across, across), then the share of the way from one end to the other
in vec3 normal; // in the same axes
in vec4 from;
in vec4 to;
in vec4 tint;

out vec3 facing;
out vec4 color;

void main() {
    vec3 way = to.xyz - from.xyz;
    float size = length(way);
    vec3 axis = size > 1e-6 ? way / size : vec3(0.0, 1.0, 0.0);
    // Any direction that limbs seldom have: where the axis comes near it, a square solid would spin.
    vec3 odd = abs(dot(axis, vec3(0.53, 0.17, 0.83))) < 0.97 ? vec3(0.53, 0.17, 0.83) : vec3(0.83, 0.17, -0.53);
    vec3 u = normalize(cross(axis, odd));
    vec3 v = cross(axis, u);
    mat3 axes = mat3(axis, u, v);
    vec3 world = mix(from.xyz, to.xyz, place.w) + mix(from.w, to.w, place.w) * (axes * place.xyz);
    // A taper tilts the normals of its flanks towards the thin end.
    float taper = size > 1e-6 ? (from.w - to.w) / size : 0.0;
    vec3 tilted = normal + vec3(taper * length(normal.yz), 0.0, 0.0);
    facing = axes * normalize(tilted);
    color = tint;
    gl_Position = matrix * vec4(world, 1.0);
}
