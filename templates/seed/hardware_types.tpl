# Nothing on the slide
template hardware_types;
